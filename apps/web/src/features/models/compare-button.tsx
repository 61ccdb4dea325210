import type { Model, ModelVersionSummary } from '@quadrax/contract';
import { mostCompared } from '@quadrax/contract/words';
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

/** Leads to the newest versions of a model side by side, the chosen one among them; nothing where there is one only. */
export function CompareVersions(props: {
  model: Model;
  versions: readonly ModelVersionSummary[];
  chosen: ModelVersionSummary | undefined;
}) {
  const { model, versions, chosen } = props;
  if (versions.length < 2) return null;
  const first = chosen ? [chosen.version] : [];
  const numbers = [...new Set([...first, ...versions.map(({ version }) => version)])].slice(0, mostCompared);
  const items = numbers.toSorted((a, b) => a - b).map((version) => ({ modelId: model.id, version }));
  return (
    <Button
      variant="default"
      renderRoot={(root) => <Link {...root} to="/models/compare" search={{ items: comparedText(items) }} />}
    >
      Compare versions
    </Button>
  );
}
