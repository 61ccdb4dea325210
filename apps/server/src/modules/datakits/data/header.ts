import { nameColumns } from '@quadrax/contract/delimited';
import { unreadable } from './intake-result.ts';

/** As `nameColumns`, but throws `IntakeError` UNREADABLE_FILE. */
export function checkedNames(raw: readonly string[]): string[] {
  const { names, problems } = nameColumns(raw);
  if (problems[0] !== undefined) throw unreadable(problems[0], problems);
  return names;
}

/** `column_1` to `column_n`, for a table without names. */
export function numberedNames(count: number): string[] {
  return checkedNames(Array.from({ length: count }, () => ''));
}
