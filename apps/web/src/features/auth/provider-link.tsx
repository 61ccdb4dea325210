import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { expectSession } from '#lib/session.ts';
import { signInMethods } from '#lib/sign-in-methods.ts';

/**
 * Leads to the configured OpenID Connect provider and back to `returnTo`; nothing where none is configured.
 * @param onLeave what must be kept, since the page is left
 */
export function ProviderLink({ returnTo, onLeave }: { returnTo: string; onLeave?: () => void }) {
  const provider = useQuery(signInMethods).data?.openIdConnect;
  if (provider === undefined) return null;
  return (
    <Button
      component="a"
      variant="default"
      fullWidth
      href={`${provider.url}?${new URLSearchParams({ returnTo }).toString()}`}
      onClick={() => {
        expectSession();
        onLeave?.();
      }}
    >
      Sign in with {provider.label}
    </Button>
  );
}
