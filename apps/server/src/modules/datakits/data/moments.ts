/** The date of microseconds since 1970, to the millisecond that they fall in; before 1970 it is that below them. */
export function dateOfMicroseconds(micros: bigint): Date {
  const within = ((micros % 1000n) + 1000n) % 1000n;
  return new Date(Number((micros - within) / 1000n));
}
