import { Mime } from "mime/lite";
import standardTypes from "mime/types/standard.js";

const word = "vnd.openxmlformats-officedocument.wordprocessingml.";
const excel = "vnd.openxmlformats-officedocument.spreadsheetml.";
const powerpoint = "vnd.openxmlformats-officedocument.presentationml.";
const openDocument = "vnd.oasis.opendocument.";

/**
 * The vendors' types of files that people attach, beside the registered ones that mime knows. Its whole table of
 * vendors' types is four times as large, and would be half of a small program's mail code.
 */
const vendorTypes: Readonly<Record<string, string[]>> = {
  "application/msaccess": ["accdb"],
  "application/vnd.adobe.indesign": ["indd"],
  "application/vnd.amazon.ebook": ["azw"],
  "application/vnd.android.package-archive": ["apk"],
  "application/vnd.apple.keynote": ["key"],
  "application/vnd.apple.mpegurl": ["m3u8"],
  "application/vnd.apple.numbers": ["numbers"],
  "application/vnd.apple.pages": ["pages"],
  "application/vnd.apple.pkpass": ["pkpass"],
  "application/vnd.google-earth.kml+xml": ["kml"],
  "application/vnd.google-earth.kmz": ["kmz"],
  "application/vnd.ms-cab-compressed": ["cab"],
  "application/vnd.ms-excel": ["xls", "xla", "xlt"],
  "application/vnd.ms-excel.addin.macroenabled.12": ["xlam"],
  "application/vnd.ms-excel.sheet.binary.macroenabled.12": ["xlsb"],
  "application/vnd.ms-excel.sheet.macroenabled.12": ["xlsm"],
  "application/vnd.ms-excel.template.macroenabled.12": ["xltm"],
  "application/vnd.ms-fontobject": ["eot"],
  "application/vnd.ms-outlook": ["msg", "oft"],
  "application/vnd.ms-powerpoint": ["ppt", "pot", "pps"],
  "application/vnd.ms-powerpoint.presentation.macroenabled.12": ["pptm"],
  "application/vnd.ms-powerpoint.slideshow.macroenabled.12": ["ppsm"],
  "application/vnd.ms-powerpoint.template.macroenabled.12": ["potm"],
  "application/vnd.ms-project": ["mpp"],
  "application/vnd.ms-word.document.macroenabled.12": ["docm"],
  "application/vnd.ms-word.template.macroenabled.12": ["dotm"],
  "application/vnd.ms-works": ["wps"],
  "application/vnd.ms-xpsdocument": ["xps"],
  [`application/${openDocument}chart`]: ["odc"],
  [`application/${openDocument}database`]: ["odb"],
  [`application/${openDocument}formula`]: ["odf"],
  [`application/${openDocument}graphics`]: ["odg"],
  [`application/${openDocument}presentation`]: ["odp"],
  [`application/${openDocument}presentation-template`]: ["otp"],
  [`application/${openDocument}spreadsheet`]: ["ods"],
  [`application/${openDocument}spreadsheet-template`]: ["ots"],
  [`application/${openDocument}text`]: ["odt"],
  [`application/${openDocument}text-master`]: ["odm"],
  [`application/${openDocument}text-template`]: ["ott"],
  [`application/${powerpoint}presentation`]: ["pptx"],
  [`application/${powerpoint}slideshow`]: ["ppsx"],
  [`application/${powerpoint}template`]: ["potx"],
  [`application/${excel}sheet`]: ["xlsx"],
  [`application/${excel}template`]: ["xltx"],
  [`application/${word}document`]: ["docx"],
  [`application/${word}template`]: ["dotx"],
  "application/vnd.rar": ["rar"],
  "application/vnd.sqlite3": ["sqlite", "sqlite3"],
  "application/vnd.tcpdump.pcap": ["pcap"],
  "application/vnd.visio": ["vsd", "vsdx", "vss", "vst"],
  "application/vnd.wordperfect": ["wpd"],
  "application/x-7z-compressed": ["7z"],
  "application/x-bittorrent": ["torrent"],
  "application/x-bzip2": ["bz2"],
  "application/x-mobipocket-ebook": ["mobi"],
  "application/x-msdownload": ["exe", "dll"],
  "application/x-mspublisher": ["pub"],
  "application/x-pkcs12": ["p12", "pfx"],
  "application/x-pkcs7-certificates": ["p7b"],
  "application/x-sh": ["sh"],
  "application/x-subrip": ["srt"],
  "application/x-tar": ["tar"],
  "application/x-tex": ["tex"],
  "application/x-x509-ca-cert": ["crt", "der", "pem"],
  "application/zstd": ["zst"],
  "audio/x-aiff": ["aif", "aiff"],
  "audio/x-flac": ["flac"],
  "audio/x-ms-wma": ["wma"],
  "image/vnd.adobe.photoshop": ["psd"],
  "image/vnd.dwg": ["dwg"],
  "image/vnd.dxf": ["dxf"],
  "image/vnd.microsoft.icon": ["ico"],
  "image/x-adobe-dng": ["dng"],
  "model/vnd.usdz+zip": ["usdz"],
  // RFC 6350; mime knows the older name only.
  "text/vcard": ["vcf"],
  "text/x-c": ["c", "cpp", "h"],
  "video/x-flv": ["flv"],
  "video/x-m4v": ["m4v"],
  "video/x-matroska": ["mkv"],
  "video/x-ms-wmv": ["wmv"],
  "video/x-msvideo": ["avi"],
};

const types = new Mime(standardTypes).define(vendorTypes, true);

/** The media type that the ending of a file name stands for; `application/octet-stream` if it is not known. */
export function typeOfFile(name: string): string {
  return types.getType(name) ?? "application/octet-stream";
}
