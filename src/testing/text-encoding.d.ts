// postal-mime's types name these as the DOM's library has them; those of Node 20 declare the values alone.
declare global {
  type TextEncoder = import("node:util").TextEncoder;
  type TextDecoder = import("node:util").TextDecoder;
}

export {};
