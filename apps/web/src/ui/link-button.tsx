import { Button } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type LinkButtonProps = ButtonProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> & { ref?: Ref<HTMLAnchorElement> };

/** A link that looks like a button: `<LinkButton to="/models/new" search={{ datakitId }}>Train a model</LinkButton>`. */
export const LinkButton = createLink((props: LinkButtonProps) => <Button component="a" {...props} />);
