DROP TABLE quadrax.gathered_references;
