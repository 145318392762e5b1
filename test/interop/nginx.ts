import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "./daemon.ts";

/** How nginx tells the server who its client is. */
export type NginxNaming = "xclient" | "proxy_protocol";

/** A real nginx as a mail proxy, which lets everybody in, also with any password. */
export async function startNginx(server: number, naming: NginxNaming): Promise<Daemon<"auth" | "smtp">> {
  return await Daemon.start({
    name: "nginx",
    ports: ["auth", "smtp"],
    async furnish(directory, ports) {
      const file = join(directory, "nginx.conf");
      await mkdir(join(directory, "temp"));
      await chmod(join(directory, "log"), 0o777);
      await writeFile(
        file,
        `
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log ${directory}/log/nginx.log info;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${directory}/temp;
  proxy_temp_path ${directory}/temp;
  fastcgi_temp_path ${directory}/temp;
  uwsgi_temp_path ${directory}/temp;
  scgi_temp_path ${directory}/temp;
  server {
    listen 127.0.0.1:${ports.auth};
    location / {
      add_header Auth-Status OK;
      add_header Auth-Server 127.0.0.1;
      add_header Auth-Port ${server};
      return 200 "";
    }
  }
}
mail {
  server_name mx.nginx.example;
  auth_http 127.0.0.1:${ports.auth}/;
  server {
    listen 127.0.0.1:${ports.smtp};
    protocol smtp;
    smtp_auth plain none;
    xclient ${naming === "xclient" ? "on" : "off"};
    proxy_protocol ${naming === "proxy_protocol" ? "on" : "off"};
  }
}
`,
      );
      return ["/usr/sbin/nginx", "-e", `${directory}/log/nginx.log`, "-c", file];
    },
  });
}
