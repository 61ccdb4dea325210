import { Button, FileButton } from '@mantine/core';
import { addFiles } from './uploads.ts';

/** Opens the system's file chooser; what is chosen is put on the list of imports. */
export function UploadButton({ children, variant }: { children: string; variant?: 'default' }) {
  return (
    <FileButton onChange={addFiles} multiple>
      {(props) => (
        <Button {...props} {...(variant && { variant })}>
          {children}
        </Button>
      )}
    </FileButton>
  );
}
