const remarks = ['thorough clear work', 'late and wrong', 'tidy, "quoted" and sound', 'nothing of note'];

/** Flats: a number, words, a date, a text and a yes or no, with gaps; what they cost and whether they were sold. */
export const flatsCsv = (rows: number, cities: readonly string[], seed: number): string => {
  const gap = (i: number, every: number, value: string | number) => ((i + seed) % every === 0 ? '' : value);
  const line = (i: number): string => {
    const size = 20 + ((i * 37 + seed) % 90);
    const lift = i % 3 === 0;
    const day = new Date(Date.UTC(2023, 0, 1 + ((i * 11) % 500))).toISOString().slice(0, 10);
    const price = 900 + size * 21 + (lift ? 150 : 0) + ((i * 7919) % 97);
    const remark = `"${remarks[(i + seed) % 4]?.replaceAll('"', '""')}"`;
    return [
      i + 1,
      gap(i, 11, size),
      gap(i, 13, cities[i % cities.length] ?? ''),
      gap(i, 17, String(lift)),
      gap(i, 19, day),
      gap(i, 23, remark),
      price,
      price > 2400 ? 'no' : 'yes',
      ['low', 'middle', 'high'][Math.floor(((price - 900) / 2400) * 3)] ?? 'high',
    ].join(',');
  };
  const head = 'number,size,city,lift,built,remark,price,sold,level';
  return [head, ...Array.from({ length: rows }, (_unused, i) => line(i))].join('\n');
};
