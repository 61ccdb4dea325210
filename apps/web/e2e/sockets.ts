import type { Page } from 'playwright-core';

/**
 * What the server sends over every connection the page opens after this call, kept from each opening
 * on: a wait that began once the page has settled would miss a greeting that came before.
 */
export const framesFromNowOn = (page: Page): readonly string[] => {
  const frames: string[] = [];
  page.on('websocket', (line) => line.on('framereceived', ({ payload }) => frames.push(String(payload))));
  return frames;
};
