import { Address } from "../address/address.ts";

/** Whether a text may be the name that a client gives itself: a domain, or an address literal (RFC 5321 4.1.1.1). */
export function isHelloName(name: string): boolean {
  if (name === "" || name.length > 255) return false;
  if (!/^(?:[!-~]|[^\0-\x7f\p{C}\p{Z}])+$/u.test(name)) return false;
  return name.startsWith("[") ? isAddressLiteral(name) : /^[^[\]()<>@,;:\\"]+$/.test(name);
}

function isAddressLiteral(text: string): boolean {
  try {
    Address.parse(`a@${text}`);
    return true;
  } catch {
    return false;
  }
}
