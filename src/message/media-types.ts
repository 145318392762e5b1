/**
 * The types of files that people attach, with the endings of their names: those of IANA's registry, and those of
 * vendors as browsers and mail programs know them. The package mime, which knows a thousand more, is held against it in
 * the tests; it would be a seventh of a small program's mail code.
 */
const table: Readonly<Record<string, string>> = {
  application:
    "atom+xml atom; epub+zip epub; geo+json geojson; gpx+xml gpx; gzip gz; java-archive jar; " +
    "json json; ld+json jsonld; manifest+json webmanifest; mbox mbox; mp4 m4p; " +
    "msaccess accdb; msword doc dot; octet-stream bin; pdf pdf; " +
    "pgp-encrypted pgp; pgp-keys asc; pgp-signature sig; pkcs10 p10; pkcs7-mime p7c p7m; pkcs7-signature p7s; " +
    "pkix-cert cer; pkix-crl crl; postscript ai eps ps; rss+xml rss; rtf rtf; toml toml; " +
    "vnd.adobe.indesign indd; vnd.android.package-archive apk; vnd.apple.keynote key; " +
    "vnd.apple.mpegurl m3u8; vnd.apple.numbers numbers; vnd.apple.pages pages; vnd.apple.pkpass pkpass; " +
    "vnd.google-earth.kml+xml kml; vnd.google-earth.kmz kmz; vnd.ms-cab-compressed cab; vnd.ms-excel xla xls xlt; " +
    "vnd.ms-excel.addin.macroenabled.12 xlam; vnd.ms-excel.sheet.binary.macroenabled.12 xlsb; " +
    "vnd.ms-excel.sheet.macroenabled.12 xlsm; vnd.ms-excel.template.macroenabled.12 xltm; vnd.ms-fontobject eot; " +
    "vnd.ms-outlook msg oft; vnd.ms-powerpoint pot pps ppt; vnd.ms-powerpoint.presentation.macroenabled.12 pptm; " +
    "vnd.ms-powerpoint.slideshow.macroenabled.12 ppsm; vnd.ms-powerpoint.template.macroenabled.12 potm; " +
    "vnd.ms-project mpp; vnd.ms-word.document.macroenabled.12 docm; vnd.ms-word.template.macroenabled.12 dotm; " +
    "vnd.ms-xpsdocument xps; vnd.oasis.opendocument.chart odc; vnd.oasis.opendocument.database " +
    "odb; vnd.oasis.opendocument.formula odf; vnd.oasis.opendocument.graphics odg; " +
    "vnd.oasis.opendocument.presentation odp; vnd.oasis.opendocument.presentation-template otp; " +
    "vnd.oasis.opendocument.spreadsheet ods; vnd.oasis.opendocument.spreadsheet-template ots; " +
    "vnd.oasis.opendocument.text odt; vnd.oasis.opendocument.text-master odm; " +
    "vnd.oasis.opendocument.text-template ott; vnd.openxmlformats-officedocument.presentationml.presentation " +
    "pptx; vnd.openxmlformats-officedocument.presentationml.slideshow ppsx; " +
    "vnd.openxmlformats-officedocument.presentationml.template potx; " +
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx; " +
    "vnd.openxmlformats-officedocument.spreadsheetml.template xltx; " +
    "vnd.openxmlformats-officedocument.wordprocessingml.document docx; " +
    "vnd.openxmlformats-officedocument.wordprocessingml.template dotx; vnd.rar rar; vnd.sqlite3 sqlite sqlite3; " +
    "vnd.tcpdump.pcap pcap; vnd.visio vsd vsdx vss vst; wasm wasm; x-7z-compressed 7z; " +
    "x-bittorrent torrent; x-bzip2 bz2; x-mobipocket-ebook mobi; x-msdownload dll exe; x-mspublisher pub; " +
    "x-pkcs12 p12 pfx; x-pkcs7-certificates p7b; x-sh sh; x-subrip srt; x-tar tar; x-tex tex; x-x509-ca-cert crt " +
    "der pem; xhtml+xml xhtml; xml xml xsd xsl; xslt+xml xslt; zip zip; zstd zst",
  audio:
    "aac aac; amr amr; midi mid midi; mp4 m4a; mpeg mp2 mp3 mpga; ogg oga ogg opus; wav wav; webm weba; x-aiff " +
    "aif aiff; x-flac flac; x-ms-wma wma",
  font: "collection ttc; otf otf; ttf ttf; woff woff; woff2 woff2",
  image:
    "avif avif; bmp bmp; emf emf; gif gif; heic heic; heic-sequence heics; heif heif; jp2 jp2; jpeg jpe jpeg jpg; " +
    "jxl jxl; pjpeg jfif; png png; svg+xml svg svgz; tiff tif tiff; vnd.adobe.photoshop psd; vnd.dwg dwg; vnd.dxf " +
    "dxf; vnd.microsoft.icon ico; webp webp; wmf wmf; x-adobe-dng dng",
  message: "rfc822 eml mht mhtml",
  model: "3mf 3mf; gltf+json gltf; gltf-binary glb; obj obj; stl stl; vnd.usdz+zip usdz",
  text:
    "calendar ics ifb; css css; csv csv; html htm html; javascript js mjs; markdown markdown md; " +
    "plain log text txt; tab-separated-values tsv; vcard vcf; vtt vtt; " +
    "x-c c cpp h; yaml yaml yml",
  video:
    "3gpp 3gp 3gpp; mp2t m2t m2ts mts ts; mp4 mp4; mpeg m2v mpeg mpg; ogg ogv; quicktime mov qt; webm webm; x-flv flv; x-m4v m4v; " +
    "x-matroska mkv; x-ms-wmv wmv; x-msvideo avi",
};

let types: ReadonlyMap<string, string> | undefined;

/** The media type for the extension of a file name; `application/octet-stream` if it is unknown. */
export function typeOfFile(name: string): string {
  types ??= byEnding();
  const ending = /\.([^./\\]+)$/.exec(name)?.[1] ?? "";
  return types.get(ending.toLowerCase()) ?? "application/octet-stream";
}

function byEnding(): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [top, rows] of Object.entries(table)) {
    for (const row of rows.split("; ")) {
      const [subtype, ...endings] = row.split(" ");
      for (const ending of endings) map.set(ending, `${top}/${subtype}`);
    }
  }
  return map;
}
