import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english, translations } from '@zxcvbn-ts/language-en';

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common, ...english },
  graphs: adjacencyGraphs,
  translations,
  // The default of 100 ways to undo letters written as digits takes seconds where there are many.
  l33tMaxSubstitutions: 8,
});

parentPort?.on('message', ({ password, personal }: { password: string; personal: string[] }) => {
  const { score, feedback, crackTimes } = zxcvbn.check(password, personal);
  parentPort?.postMessage({
    score,
    ...(feedback.warning !== null && { warning: feedback.warning }),
    suggestions: feedback.suggestions,
    crackTime: crackTimes.offlineSlowHashingXPerSecond.display,
  });
});
