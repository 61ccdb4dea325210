import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { styleNonce } from '#lib/style-nonce.ts';
import { theme } from '#ui/theme.ts';
import { queryClient } from './query-client.ts';
import { router } from './router.tsx';

/**
 * Everything the pages stand on. The rules of the providers are in the style sheets; the few style elements that
 * components make as they go carry the page's nonce.
 */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      getStyleNonce={() => styleNonce() ?? ''}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
