import type { CatcherApi } from "./context.ts";
import { pageFile, pagePaths, pagePolicy } from "./page-files.ts";

/** Serves the page. Its files come out of the package, so nothing of a request becomes part of a path. */
export const pageApi: CatcherApi = (app, { smtpUrl }) => {
  for (const path of pagePaths) {
    app.get(path, async (context) => {
      const file = await pageFile(path);
      if (file === undefined) return context.notFound();
      return context.body(file.text, 200, {
        "content-type": file.type,
        "content-security-policy": pagePolicy,
      });
    });
  }
  // What the page shows and no other API tells.
  app.get("/page.json", ({ json }) => json({ smtpUrl }));
};
