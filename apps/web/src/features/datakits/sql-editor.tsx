import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef } from 'react';
import { styleNonce } from '#lib/style-nonce.ts';
import styles from './datakit-tabs.module.css';
import { putBetween, quotedAmong } from './sql-name.ts';

/** By the page's own colours, so that light and dark need nothing of their own. */
const theme = EditorView.theme({
  '&': { fontSize: '13px', maxHeight: '320px', color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', minHeight: '126px' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-3)', border: 'none' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft-hover)',
  },
  '.cm-placeholder': { color: 'var(--ink-3)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    boxShadow: 'var(--shadow-float)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-fill)',
    color: 'var(--on-accent)',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--ink-3)', fontStyle: 'italic' },
]);

/**
 * What is typed over a selection is put in by the editor: a browser would carry the look of what it replaces along as
 * inline styles, which the content policy refuses.
 */
const typingOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { main } = view.state.selection;
    if (event.inputType !== 'insertText' || event.data === null || main.empty || view.composing) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

export interface SqlEditorProps {
  value: string;
  onChange: (text: string) => void;
  /** Ctrl-Enter. */
  onRun: () => void;
  columns: readonly string[];
  label: string;
  ref?: Ref<SqlEditorHandle>;
}

export interface SqlEditorHandle {
  /** Puts a name where the caret is, in place of what is selected, clear of the words beside it. */
  insert(name: string): void;
}

/** A field for SQL that knows the columns. Tab leaves it, as it leaves every field. */
export function SqlEditor({ value, onChange, onRun, columns, label, ref }: SqlEditorProps) {
  const element = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const first = useEffectEvent(() => value);
  const names = columns.join('\n');

  useEffect(() => {
    const parent = element.current;
    if (parent === null) return;
    const nonce = styleNonce();
    const completions = names
      .split('\n')
      .map((name, _, all) => ({ label: name, apply: quotedAmong(name, all), type: 'property' }));
    const view = new EditorView({
      parent,
      state: EditorState.create({
        doc: first(),
        extensions: [
          ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
          Prec.highest(
            keymap.of([
              {
                key: 'Mod-Enter',
                run: () => {
                  run();
                  return true;
                },
              },
            ]),
          ),
          typingOver,
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          sql({
            dialect: PostgreSQL,
            schema: { data: completions },
            defaultTable: 'data',
            upperCaseKeywords: true,
          }),
          syntaxHighlighting(colours),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          placeholder('SELECT … FROM data'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
          }),
          theme,
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, [names, label]);

  useEffect(() => {
    const view = editor.current;
    if (view && view.state.doc.toString() !== value)
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);

  useImperativeHandle(
    ref,
    () => ({
      insert: (name) => {
        const view = editor.current;
        if (!view) return;
        const { doc, selection } = view.state;
        const text = putBetween(
          doc.sliceString(0, selection.main.from),
          name,
          doc.sliceString(selection.main.to),
        );
        view.dispatch(view.state.replaceSelection(text), { userEvent: 'input', scrollIntoView: true });
        view.focus();
      },
    }),
    [],
  );

  return <div className={styles.editor} ref={element} />;
}
