import openapiTS, { astToString } from 'openapi-typescript';
import type { OpenAPI3 } from 'openapi-typescript';
import ts from 'typescript';

const blob = ts.factory.createTypeReferenceNode('Blob');

/**
 * TypeScript source of the `paths`, `components` and `operations` of an OpenAPI 3.1 document, the same for the same
 * document. Files in forms are `Blob`s; a field with a default may be left out of a request.
 */
export const typesOf = async (document: object): Promise<string> => {
  const nodes = await openapiTS(document as OpenAPI3, {
    alphabetize: true,
    defaultNonNullable: false,
    silent: true,
    transform: (schema) => ('format' in schema && schema.format === 'binary' ? blob : undefined),
  });
  return astToString(nodes);
};
