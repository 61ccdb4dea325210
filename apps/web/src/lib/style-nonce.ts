/**
 * The nonce of this page, without which the content policy refuses a style element; undefined where no server put one
 * in. Read as a property: browsers hide the attribute.
 */
export const styleNonce = (): string | undefined =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined;
