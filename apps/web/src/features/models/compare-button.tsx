import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ComparedVersion, comparedText } from './routes.ts';

/** Leads to the chosen versions side by side; there once one is chosen, so that it is seen what it is for. */
export function CompareButton({ items }: { items: readonly ComparedVersion[] }) {
  if (items.length === 0) return null;
  if (items.length === 1) {
    return (
      <Button variant="default" disabled>
        Compare with another
      </Button>
    );
  }
  return (
    <Button
      variant="default"
      renderRoot={(props) => <Link {...props} to="/models/compare" search={{ items: comparedText(items) }} />}
    >
      Compare {items.length}
    </Button>
  );
}
