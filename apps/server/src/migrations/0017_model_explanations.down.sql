DROP TABLE quadrax.model_explanations;
