DROP TABLE quadrax.used_tickets;
