/**
 * The product in a process of its own, for tests that kill it: configured by its environment, tells its parent over
 * the channel of `fork` when it is ready, and dies with it. QUADRAX_FAULT_POINT names a place at which it ends itself.
 */
import { flushCompileCache } from 'node:module';
import process from 'node:process';
import { configFromEnvironment, createLogger, startServer, stopOnSignal } from '@quadrax/server';

const config = configFromEnvironment();
const log = createLogger(config.logLevel);
const running = await startServer({
  config,
  log,
  work: process.env['TEST_WORK'] !== 'false',
});
stopOnSignal(running, log);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ ready: running.url.replace('localhost', '127.0.0.1') });
// Killed, it would not: the next start would compile everything again.
flushCompileCache();
