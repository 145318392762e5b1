/**
 * The elements that a view shows. Others lose their tags, and keep their text: those that load, run or send something,
 * those that hide what follows, and those that are not HTML (svg, math).
 */
export const allowedElements: ReadonlySet<string> = new Set(
  (
    "html head body a abbr acronym address area article aside b bdi bdo big blockquote br button caption center cite " +
    "code col colgroup data dd del details dfn dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 " +
    "h6 header hgroup hr i img input ins kbd label legend li main map mark marquee menu meter nav nobr ol p picture " +
    "pre progress q rp rt ruby s samp section small span strike strong sub summary sup table tbody td textarea tfoot " +
    "th thead time tr tt u ul var wbr"
  ).split(" "),
);

/** The attributes that are kept as they are. None of them loads anything or leads anywhere. */
export const allowedAttributes: ReadonlySet<string> = new Set(
  (
    "abbr alink align alt axis behavior bgcolor border bordercolor bottommargin cellpadding cellspacing char charoff " +
    "checked class clear color cols colspan compact coords datetime dir direction disabled face frame headers height " +
    "hidden high hspace id lang leftmargin link loop low marginheight marginwidth max min name noshade nowrap open " +
    "optimum placeholder reversed rightmargin role rows rowspan rules scope scrollamount scrolldelay shape size span " +
    "start summary tabindex text title topmargin usemap valign value vlink vspace width"
  ).split(" "),
);

/** Forms are not sent, so nothing can be entered. */
export const controls: ReadonlySet<string> = new Set(["button", "fieldset", "input", "textarea"]);

/** The types of input that are shown as they are; others would load an image or choose files. */
export const allowedInputs: ReadonlySet<string> = new Set(
  "button checkbox date email number password radio range search submit tel text time url".split(" "),
);
