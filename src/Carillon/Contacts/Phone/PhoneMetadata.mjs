// Makes PhoneMetadata.txt out of the metadata in npm's package google-libphonenumber.
//
//   npm pack google-libphonenumber@3.2.47 && tar xzf google-libphonenumber-3.2.47.tgz
//   node PhoneMetadata.mjs package/dist/libphonenumber.js > PhoneMetadata.txt
//
// The package carries libphonenumber's tables as JavaScript literals: protocol buffers in their array form, each field at the index of its
// number (https://github.com/google/libphonenumber/blob/master/resources/phonemetadata.proto). They are read here, and written as one
// line for each territory: its region, its calling code, and the rest as JSON. The territories of one calling code follow one another in
// the package's order, the main one first.
import { readFileSync } from 'node:fs';

const source = readFileSync(process.argv[2], 'utf8');

// The literal after the name: up to the bracket that closes it, brackets in strings aside.
function literal(name) {
  const start = source.indexOf(name + '={') + name.length + 1;
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    const c = source[i];
    if (c === '"') {
      for (i++; source[i] !== '"'; i++) if (source[i] === '\\') i++;
    } else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return (0, eval)('(' + source.slice(start, i + 1) + ')');
  }
  throw new Error(name + ' is not in the file');
}

const regionsOfCode = literal('i18n.phonenumbers.metadata.countryCodeToRegionCodeMap');
const territories = literal('i18n.phonenumbers.metadata.countryToMetadata');

// Field numbers of PhoneMetadata for each type, in libphonenumber's order of trying them.
const types = {
  PREMIUM_RATE: 5, TOLL_FREE: 4, SHARED_COST: 6, VOIP: 8, PERSONAL_NUMBER: 7, PAGER: 21, UAN: 25, VOICEMAIL: 28, FIXED_LINE: 2, MOBILE: 3,
};

// A length of -1 says that the territory has no numbers of the type.
const description = field => field && field[2] && !(field[9] && field[9][0] === -1)
  ? { pattern: field[2], lengths: field[9], local_lengths: field[10] }
  : undefined;

const formats = field => field && field.length > 0
  ? field.map(f => ({ pattern: f[1], format: f[2], leading: f[3] && f[3].length > 0 ? f[3][f[3].length - 1] : undefined, national: f[4] || undefined }))
  : undefined;

const lines = [];
for (const code of Object.keys(regionsOfCode).map(Number).sort((a, b) => a - b)) {
  for (const region of regionsOfCode[code]) {
    const m = territories[region === '001' ? code : region];
    const own = {};
    for (const [name, field] of Object.entries(types)) own[name] = description(m[field]);
    lines.push(`${region} ${code} ` + JSON.stringify({
      international_prefix: m[11] || undefined,
      national_prefix: m[15] || undefined,
      transform: m[16] || undefined,
      leading: m[23] || undefined,
      extension_prefix: m[13] || undefined,
      fixed_is_mobile: m[18] ? true : undefined,
      general: description(m[1]),
      types: own,
      example: (m[3] && m[3][6]) || (m[2] && m[2][6]) || undefined,
      formats: formats(m[19]),
      international_formats: formats(m[20]),
    }));
  }
}

process.stdout.write(lines.join('\n') + '\n');
