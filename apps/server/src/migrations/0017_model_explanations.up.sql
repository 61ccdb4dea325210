-- What moves a version, and what it predicted for rows it had not seen: beside the version, whose page does not need it.
CREATE TABLE quadrax.model_explanations (
  tenant_id uuid NOT NULL,
  model_id uuid NOT NULL,
  version integer NOT NULL,
  -- None where the algorithm gives no way to explain it.
  explanation jsonb,
  -- At most 50,000 rows: {rows, actual, predicted, probability?}, lists of one length.
  held_out jsonb NOT NULL,
  PRIMARY KEY (tenant_id, model_id, version),
  FOREIGN KEY (tenant_id, model_id, version) REFERENCES quadrax.model_versions ON DELETE CASCADE
);
CALL quadrax.protect('quadrax.model_explanations');
GRANT SELECT, INSERT ON quadrax.model_explanations TO quadrax_app;
