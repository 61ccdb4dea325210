/**
 * Data colours. Categories: Okabe & Ito (2008), then Tol's "muted" (2021), in an order that stays apart for
 * colour-blind eyes; black and the pale yellow are left out, since one of them vanishes on either paper.
 */
export const categoryColors = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#332288',
  '#999933',
  '#882255',
  '#44aa99',
  '#aa4499',
  '#ddcc77',
] as const;

/** The colour of the category at `index`; it wraps after twelve, where shape or label must tell them apart. */
export const categoryColor = (index: number): string =>
  categoryColors[((index % categoryColors.length) + categoryColors.length) % categoryColors.length] ??
  '#0072b2';

/** A colour for each category, kept for every chart of a page: give it the categories in their fixed order. */
export const categoryScale = (categories: readonly string[]): ((category: string) => string) => {
  const places = new Map(categories.map((category, index) => [category, index]));
  return (category) => categoryColor(places.get(category) ?? categories.length);
};

/** Viridis (van der Walt & Smith, 2015), nine stops from low to high. */
export const sequentialColors = [
  '#440154',
  '#472d7b',
  '#3b528b',
  '#2c728e',
  '#21918c',
  '#28ae80',
  '#5ec962',
  '#addc30',
  '#fde725',
] as const;

/** Blue–white–red (Moreland's ends, light middle), nine stops; put the middle at the meaningful value. */
export const divergingColors = [
  '#2166ac',
  '#4393c3',
  '#92c5de',
  '#d1e5f0',
  '#f7f7f7',
  '#fddbc7',
  '#f4a582',
  '#d6604d',
  '#b2182b',
] as const;
