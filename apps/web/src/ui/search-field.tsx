import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';

export interface SearchFieldProps {
  /** What is searched, for screen readers: "Search members". */
  label: string;
  placeholder: string;
  value: string | undefined;
  maxLength?: number;
  /** Told once the typing pauses; undefined for nothing. */
  onSearch: (text: string | undefined) => void;
}

/** A field that searches while one types. */
export function SearchField({ label, placeholder, value, maxLength = 100, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value ?? '');
  const tell = useDebouncedCallback((typed: string) => onSearch(typed.trim() || undefined), 250);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      maxLength={maxLength}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
