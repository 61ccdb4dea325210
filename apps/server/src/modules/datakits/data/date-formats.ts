/** A shape of date or time text, and the strptime formats that may read it. */
interface Shape {
  readonly pattern: string;
  readonly formats: readonly string[];
}

const dates: readonly Shape[] = [
  { pattern: String.raw`\d{1,2}\.\d{1,2}\.\d{4}`, formats: ['%d.%m.%Y'] },
  { pattern: String.raw`\d{1,2}\.\d{1,2}\.\d{2}`, formats: ['%d.%m.%y'] },
  { pattern: String.raw`\d{1,2}/\d{1,2}/\d{4}`, formats: ['%m/%d/%Y', '%d/%m/%Y'] },
  { pattern: String.raw`\d{1,2}/\d{1,2}/\d{2}`, formats: ['%m/%d/%y', '%d/%m/%y'] },
  { pattern: String.raw`\d{1,2}-\d{1,2}-\d{4}`, formats: ['%d-%m-%Y', '%m-%d-%Y'] },
  { pattern: String.raw`\d{1,2} [A-Za-z]{3} \d{4}`, formats: ['%d %b %Y'] },
  { pattern: String.raw`\d{1,2}-[A-Za-z]{3}-\d{4}`, formats: ['%d-%b-%Y'] },
  { pattern: String.raw`\d{1,2}-[A-Za-z]{3}-\d{2}`, formats: ['%d-%b-%y'] },
  { pattern: String.raw`[A-Za-z]{3} \d{1,2},? \d{4}`, formats: ['%b %d, %Y', '%b %d %Y'] },
  // May has three letters too.
  { pattern: String.raw`[A-Za-z]{3,9} \d{1,2}, \d{4}`, formats: ['%B %d, %Y'] },
  { pattern: String.raw`\d{1,2} [A-Za-z]{3,9} \d{4}`, formats: ['%d %B %Y'] },
  { pattern: String.raw`\d{4}\.\d{1,2}\.\d{1,2}`, formats: ['%Y.%m.%d'] },
  { pattern: String.raw`\d{4}-\d{2}`, formats: ['%Y-%m'] },
  { pattern: String.raw`\d{4}/\d{2}`, formats: ['%Y/%m'] },
];

const times: readonly Shape[] = [
  { pattern: '', formats: [''] },
  { pattern: String.raw`[ T]\d{1,2}:\d{2}`, formats: [' %H:%M', 'T%H:%M'] },
  { pattern: String.raw`[ T]\d{1,2}:\d{2}:\d{2}`, formats: [' %H:%M:%S', 'T%H:%M:%S'] },
  { pattern: String.raw`[ T]\d{1,2}:\d{2}:\d{2}\.\d+`, formats: [' %H:%M:%S.%f', 'T%H:%M:%S.%f'] },
  { pattern: String.raw` \d{1,2}:\d{2} ?[AaPp][Mm]`, formats: [' %I:%M %p', ' %I:%M%p'] },
  { pattern: String.raw` \d{1,2}:\d{2}:\d{2} ?[AaPp][Mm]`, formats: [' %I:%M:%S %p', ' %I:%M:%S%p'] },
];

interface Candidate {
  readonly test: RegExp;
  readonly formats: readonly string[];
}

const iso = String.raw`\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?`;

const candidates: readonly Candidate[] = [
  { test: new RegExp(`^${iso} ?(Z|UTC)?)?$`), formats: ['iso'] },
  { test: new RegExp(String.raw`^${iso} ?[+-]\d{2}(:?\d{2})?)$`), formats: ['iso-offset'] },
  { test: /^\d{8}T\d{6}$/, formats: ['%Y%m%dT%H%M%S'] },
  ...dates.flatMap((date) =>
    times.map((time) => ({
      test: new RegExp(`^${date.pattern}${time.pattern}$`),
      formats: date.formats.flatMap((day) => time.formats.map((clock) => day + clock)),
    })),
  ),
];

/**
 * The formats that may read these texts, likeliest first: those whose shape at least half of them have. Where day and
 * month cannot be told apart by shape, month-first comes before day-first for `/` and after it for `-`; the one that
 * reads more of the column is to be chosen.
 */
export function candidateFormats(texts: readonly string[]): string[] {
  const found = candidates.filter(({ test }) => {
    const count = texts.filter((text) => test.test(text.trim())).length;
    return count > 0 && count * 2 >= texts.length;
  });
  const zoned = texts.some((text) => candidates[1]?.test.test(text.trim()));
  const formats = found.flatMap((candidate) => candidate.formats);
  return zoned ? ['iso-offset', ...formats.filter((format) => format !== 'iso-offset')] : formats;
}
