DROP TABLE quadrax.datakit_versions;
DROP TABLE quadrax.datakits;
