import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import styles from './editable-text.module.css';

export interface EditableTextProps {
  value: string;
  /** What it is, for screen readers: "Name of the datakit". */
  label: string;
  /** Shown while it is empty. */
  placeholder?: string;
  /** May be left empty; several lines (Ctrl-Enter saves). */
  multiline?: boolean;
  maxLength: number;
  readOnly: boolean;
  save: (value: string) => Promise<unknown>;
}

/** Text that is changed where it stands: a click or Enter opens it, Enter or leaving it saves, Escape keeps the old. */
export function EditableText(props: EditableTextProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current && !open) button.current?.focus({ preventScroll: true });
    opened.current = open;
  }, [open]);
  if (props.readOnly) return <span className={styles.text}>{props.value}</span>;
  if (open) return <Editor {...props} onClose={() => setOpen(false)} />;
  return (
    <button
      ref={button}
      type="button"
      className={styles.button}
      title="Change"
      aria-label={`${props.label}: ${props.value || props.placeholder || 'empty'}. Change`}
      onClick={() => setOpen(true)}
    >
      {props.value || <span className={styles.placeholder}>{props.placeholder}</span>}
    </button>
  );
}

function Editor({
  value,
  label,
  multiline,
  maxLength,
  save,
  onClose,
}: EditableTextProps & { onClose: () => void }) {
  const [text, setText] = useState(value);
  const closing = useRef(false);
  const saving = useMutation({ mutationFn: save, onSuccess: onClose });
  const empty = multiline !== true && text.trim() === '';
  const finish = (keep: boolean): void => {
    if (closing.current || saving.isPending || (keep && empty)) return;
    if (keep && text.trim() !== value) return saving.mutate(text.trim());
    closing.current = true;
    onClose();
  };
  const problem = empty ? 'Give it a name.' : saving.error && failureOf(saving.error).message;
  const field = {
    className: styles.field,
    value: text,
    maxLength,
    autoFocus: true,
    'aria-label': label,
    'aria-invalid': Boolean(problem),
    readOnly: saving.isPending,
    onBlur: () => finish(true),
    onChange: (event: { currentTarget: { value: string } }) => setText(event.currentTarget.value),
    onFocus: (event: React.FocusEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      event.currentTarget.select(),
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.key === 'Escape') finish(false);
      if (event.key === 'Enter' && (multiline !== true || event.ctrlKey || event.metaKey)) finish(true);
    },
  };
  return (
    <>
      {multiline ? <textarea rows={3} {...field} /> : <input type="text" {...field} />}
      {problem && (
        <span className={styles.problem} role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
