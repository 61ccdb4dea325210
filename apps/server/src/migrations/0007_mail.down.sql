DROP TABLE quadrax.outbox;
