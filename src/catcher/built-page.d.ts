/**
 * The module that the build makes of page/ (.ci/page.js): the files of the page, by the path of their address.
 * Nothing of it is committed.
 */
export declare const files: Readonly<Record<string, { readonly type: string; readonly text: string }>>;
