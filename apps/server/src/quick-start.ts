/**
 * Loaded before the rest of a program, it spares each start a third of a second. Node parses the package.json of a
 * package anew for every file of it, to know what kind of module that is; drizzle-orm's has 180 kB, for a hundred files.
 */
import { registerHooks } from 'node:module';

const slow = '/node_modules/drizzle-orm/';

registerHooks({
  resolve: (specifier, context, next) => {
    const { parentURL } = context;
    const known = parentURL?.includes(slow) && specifier.startsWith('.') && specifier.endsWith('.js');
    return known
      ? { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true }
      : next(specifier, context);
  },
});
