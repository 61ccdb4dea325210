import { describe, expect, it } from 'vitest';
import { letter } from './letter.ts';
import type { LetterText } from './letter.ts';

const said = (changes: Partial<LetterText> = {}): LetterText => ({
  subject: 'Confirm your address',
  greeting: 'Hello Ada',
  paragraphs: ['Please confirm that this address is yours.', 'The link is good for a day.'],
  action: { label: 'Confirm the address', url: 'https://quadrax.example.org/verify?token=a&next=b' },
  footer: 'You get this mail because somebody opened an account with this address.',
  ...changes,
});

describe('a letter', () => {
  it('says in plain text what it says in HTML', () => {
    const { subject, text, html } = letter(said());
    expect(subject).toBe('Confirm your address');
    expect(text).toBe(
      [
        'Hello Ada,',
        'Please confirm that this address is yours.',
        'The link is good for a day.',
        'Confirm the address:\nhttps://quadrax.example.org/verify?token=a&next=b',
        '--\nYou get this mail because somebody opened an account with this address.\n',
      ].join('\n\n'),
    );
    for (const words of ['Hello Ada,', 'The link is good for a day.', '>Confirm the address</a>'])
      expect(html).toContain(words);
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('href="https://quadrax.example.org/verify?token=a&amp;next=b"');
  });

  it('needs nothing to be done', () => {
    const { text, html } = letter({
      subject: 'Done',
      greeting: 'Hello',
      paragraphs: ['It is done.'],
      footer: 'Bye.',
    });
    expect(text).not.toContain('http');
    expect(html).not.toContain('<a ');
  });

  it('loads nothing, runs nothing, and paints no ground of its own', () => {
    const { html } = letter(said());
    expect(html).not.toMatch(/<(script|img|link|iframe|style|object|form)|url\(|\ssrc=|\son\w+=/i);
    expect(html).not.toMatch(/background|[^-]color:/);
    expect(
      [...html.matchAll(/https?:\/\/[^"<]+/g)].every(([url]) =>
        url.startsWith('https://quadrax.example.org'),
      ),
    ).toBe(true);
  });

  it('takes no markup from people', () => {
    const evil = `<img src=x onerror="alert('1')">&amp;`;
    const { html, text } = letter(
      said({
        subject: evil,
        greeting: evil,
        paragraphs: [evil],
        footer: evil,
        action: { label: evil, url: `https://e.org/"><b>` },
      }),
    );
    expect(html).not.toMatch(/<(img|b)\b/);
    expect(html.split('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;')).toHaveLength(6);
    expect(text).toContain(evil);
  });

  it.each(['\r\n', '\n', '\r', '\u0000', '\u2028', '\u0085', '\t'])(
    'lets %j begin no line in a header or a name',
    (sign) => {
      const { subject, text } = letter(
        said({ subject: `News${sign}Bcc: all@example.org`, greeting: `Hello${sign}${sign}Ada` }),
      );
      expect(subject).toBe('News Bcc: all@example.org');
      expect(text).toMatch(/^Hello Ada,\n/);
    },
  );

  it('keeps a subject at a length that programs show', () => {
    expect(letter(said({ subject: 'x'.repeat(1000) })).subject).toHaveLength(200);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'not an address'])(
    'leads nowhere but to the web: %s',
    (url) => {
      expect(() => letter(said({ action: { label: 'Go', url } }))).toThrow(TypeError);
    },
  );
});
