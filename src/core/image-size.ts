/** The size of images whose pixels are the features. */

import { OptionError, option, words } from '../errors.js';

/** Width and height in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** OptionError unless an image of this size has as many pixels as there are features. Null is no image. */
export function checkImageSize(image: ImageSize | null | undefined, features: number): void {
  if (!image || image.width * image.height === features) return;
  throw new OptionError({
    got: `an image of ${image.width}x${image.height} for ${features} features`,
    expected: 'width times height features',
    remedy: words`give ${option('image')} the width and height whose product is the number of features`,
  });
}
