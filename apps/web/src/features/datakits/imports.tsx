import { useNavigate } from '@tanstack/react-router';
import { useRenewDatakits } from './datakit-queries.ts';
import { ImportPanel } from './import-panel.tsx';

/** The files being imported, on any page that takes some. One that came alone is opened when it is a datakit. */
export function Imports() {
  const go = useNavigate();
  const renew = useRenewDatakits();
  return (
    <ImportPanel
      onDone={(datakit, alone) => {
        renew();
        if (alone) void go({ to: '/datakits/$id', params: { id: datakit.id } });
      }}
    />
  );
}
