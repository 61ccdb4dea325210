import type { Model } from '@quadrax/contract';
import { TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';

/** The name of a new model; where there is one like it, a new version of that is offered. */
export function TrainName(props: {
  value: string;
  error: string | undefined;
  /** A model that learnt to predict the same column of the same datakit. */
  twin: Model | undefined;
  onChange: (name: string) => void;
}) {
  const { value, error, twin, onChange } = props;
  return (
    <TextInput
      label="Name of the model"
      value={value}
      maxLength={255}
      error={error}
      description={
        twin && (
          <>
            You have a model of this already:{' '}
            <Link to="/models/new" search={{ modelId: twin.id }}>
              train a new version of {twin.name}
            </Link>{' '}
            to compare the two.
          </>
        )
      }
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
