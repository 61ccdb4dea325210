/** The policy of the web app, and of whatever else answers. `styles` adds a source of style elements. */
const policyWith = (styles: string): string =>
  [
    "default-src 'self'",
    "base-uri 'self'",
    // The page's own host by ws and wss as well: that is what 'self' means since CSP 3.
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "img-src 'self' data: blob:",
    "manifest-src 'self'",
    "object-src 'none'",
    "script-src 'self'",
    "script-src-attr 'none'",
    `style-src 'self'${styles}`,
    "worker-src 'self'",
  ].join(';');

/**
 * The policy of one reply that carries the web app's page: style elements with this nonce are taken, beside style
 * sheets of ours. Inline styles and scripts without it are refused.
 */
export const pagePolicy = (nonce: string): string => policyWith(` 'nonce-${nonce}'`);

/** What Swagger UI needs: its own files, pictures within its style sheet, and the API to try. */
export const docsPolicy = [
  "default-src 'none'",
  "base-uri 'none'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "script-src 'self'",
  "style-src 'self'",
].join(';');

/**
 * What a browser is told with every reply, after the OWASP Secure Headers Project. A constant, since a middleware that
 * puts it together for each request costs as much as a prediction.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policyWith(''),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** The same where the request came by TLS: the browser is to come back by TLS alone, for two years. */
export const secureHeaders: Readonly<Record<string, string>> = {
  ...securityHeaders,
  'strict-transport-security': 'max-age=63072000',
};
