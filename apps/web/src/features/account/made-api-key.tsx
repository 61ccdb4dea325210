import type { NewApiKey } from '@quadrax/client';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { writeClipboard } from '#lib/clipboard.ts';
import { asCurl } from '#lib/copy-as.ts';
import { Scroller } from '#ui/scroller.tsx';
import styles from './account-page.module.css';

/** A key just made: the only time that it can be read. */
export function MadeApiKey({ made, onDone }: { made: NewApiKey; onDone: () => void }) {
  const [copied, setCopied] = useState<boolean>();
  const example = asCurl({ name: 'datakits.list' }, location.origin);
  return (
    <div className={styles.dialog}>
      <p className={styles.question}>
        Copy the key now and keep it like a password: it is stored nowhere and cannot be shown again.
      </p>
      <div className={styles.key}>
        <TextInput
          label="Key"
          readOnly
          value={made.key}
          classNames={{ input: styles.mono }}
          onFocus={(event) => {
            event.currentTarget.select();
          }}
        />
        <Button
          data-autofocus
          onClick={() => {
            void writeClipboard(made.key).then(setCopied);
          }}
        >
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <output className={styles.remark}>
        {copied === false && 'The browser did not allow copying. Select the key and copy it by hand.'}
      </output>
      <div>
        <p className={styles.question}>Put it into the variable QUADRAX_TOKEN, and try it:</p>
        <Scroller className={styles.frame} label="An example with curl">
          <pre className={styles.pre}>{example}</pre>
        </Scroller>
      </div>
      <div className={styles.actions}>
        <Button variant="default" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
