import type { Broadcast } from '../broadcast/index.ts';
import type { RateLimiter, Spending } from './rate-limit.ts';

const topic = 'rates';
/** So long the processes may differ. */
const everyMs = 100;

/**
 * Makes the limits those of all processes together: each answers by what it knows, and tells the others a few times a
 * second what was spent. Gives the function that ends it.
 */
export const shareRates = (limiter: RateLimiter, broadcast: Broadcast): (() => void) => {
  broadcast.subscribe(topic, (data) => {
    for (const spending of data as Spending[]) limiter.settle(spending);
  });
  const timer = setInterval(() => {
    const spent = limiter.drain();
    if (spent.length > 0) void broadcast.publish(topic, spent);
  }, everyMs).unref();
  return () => clearInterval(timer);
};
