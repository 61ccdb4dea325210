import { failureOf } from './failure.ts';

/** Which errors belong to which field of a form, and the sentence for those that belong to none. */
export interface FormErrors {
  fields: Record<string, string>;
  rest: string | undefined;
}

/**
 * Sorts a failed call onto the fields of a form.
 * @param fields the names the form has
 * @param byCode fields at which an error code belongs though the server names none
 */
export function formErrors(
  error: unknown,
  fields: readonly string[],
  byCode: Readonly<Record<string, string>> = {},
): FormErrors {
  const failure = failureOf(error);
  const found: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, message } of failure.details) {
    const name = field.replace(/^(body|query|params)\./, '').replace(/^\//, '');
    if (fields.includes(name)) found[name] ??= message;
    else rest.push(message);
  }
  const own = failure.code && byCode[failure.code];
  if (failure.details.length === 0) {
    if (own !== undefined) found[own] = failure.message;
    else rest.push(failure.message);
  }
  return { fields: found, rest: rest.length === 0 ? undefined : rest.join(' ') };
}
