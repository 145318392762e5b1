/** The features of Can I email that are elements or attributes, with a selector of those elements. */
export const elementFeatures: Readonly<Record<string, string>> = {
  "html-anchor-links": 'a[href^="#"]',
  "html-audio": "audio",
  "html-base": "base",
  "html-body": "body",
  "html-button-reset": 'button[type="reset"], input[type="reset"]',
  "html-button-submit": 'button[type="submit"]',
  "html-dialog": "dialog",
  "html-form": "form",
  "html-hr": "hr",
  "html-image-maps": "map, img[usemap]",
  "html-input-checkbox": 'input[type="checkbox"]',
  "html-input-hidden": 'input[type="hidden"]',
  "html-input-radio": 'input[type="radio"]',
  "html-input-submit": 'input[type="submit"]',
  "html-input-text": 'input[type="text"]',
  "html-link": "link",
  "html-meter": "meter",
  "html-object": "object, embed",
  "html-picture": "picture",
  "html-progress": "progress",
  "html-required": "[required]",
  "html-select": "select",
  "html-semantics":
    "article, aside, details, figcaption, figure, footer, header, main, mark, nav, section, summary, time",
  "html-srcset": "[srcset]",
  "html-style": "style",
  "html-svg": "svg",
  "html-textarea": "textarea",
  "html-video": "video",
};

/** The features that are formats of images, with a form of their addresses. */
export const imageFeatures: Readonly<Record<string, RegExp>> = {
  "image-apng": /\.apng(?:$|\?)/i,
  "image-avif": /\.avif(?:$|\?)/i,
  "image-base64": /^data:image\//i,
  "image-bmp": /\.bmp(?:$|\?)/i,
  "image-gif": /\.gif(?:$|\?)/i,
  "image-hdr": /\.hdr(?:$|\?)/i,
  "image-heif": /\.hei[fc](?:$|\?)/i,
  "image-ico": /\.ico(?:$|\?)/i,
  "image-mp4": /\.mp4(?:$|\?)/i,
  "image-svg": /\.svg(?:$|\?)/i,
  "image-tiff": /\.tiff?(?:$|\?)/i,
  "image-webp": /\.webp(?:$|\?)/i,
};

/** Properties of CSS that an attribute sets as well. */
export const attributeFeatures: Readonly<Record<string, string>> = {
  "css-background": "[background]",
  "css-background-color": "[bgcolor]",
  "css-border": "[border]",
  "css-height": "[height]",
  "css-padding": "[cellpadding], [padding]",
  "css-width": "[width]",
};
