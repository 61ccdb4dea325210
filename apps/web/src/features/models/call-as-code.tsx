import { Button, CopyButton, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { chosenTenant } from '#lib/api.ts';
import { type ApiCall, asCurl, asTypeScript } from '#lib/copy-as.ts';
import { oneOf } from '#lib/search.ts';
import { Scroller } from '#ui/scroller.tsx';
import styles from './predict.module.css';

/** The call that was just made, with its real values, to take along. */
export function CallAsCode({ call }: { call: ApiCall }) {
  const [language, setLanguage] = useState<'curl' | 'TypeScript'>('curl');
  const code = (language === 'curl' ? asCurl : asTypeScript)(call, location.origin, chosenTenant());
  return (
    <div>
      <div className={styles.code}>
        <SegmentedControl
          size="xs"
          aria-label="Language of the call"
          value={language}
          onChange={(value) => setLanguage(oneOf(value, ['curl', 'TypeScript']) ?? 'curl')}
          data={['curl', 'TypeScript']}
        />
        <CopyButton value={code}>
          {({ copied, copy }) => (
            <Button variant="subtle" size="compact-sm" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      <Scroller className={styles.frame} label={`The call as ${language}`}>
        <pre className={styles.pre}>{code}</pre>
      </Scroller>
    </div>
  );
}
