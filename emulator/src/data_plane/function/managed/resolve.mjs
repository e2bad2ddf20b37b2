// Where an ES module is looked for on Lambda. Node.js runs this file's `resolve` for each import if it has no synchronous
// hooks. ES modules do not use `NODE_PATH`.

import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Whether a package is of AWS's SDK, which Lambda's Node.js runtimes bring along. */
export const isOfTheSdk = specifier => /^(@aws-sdk|@smithy|@aws-crypto|@aws|aws-sdk)(\/|$)/.test(specifier);

/** The ways to resolve an import, in their order: each a specifier and the context that it is resolved in. */
export function attempts(specifier, context, settings) {
    const usual = [specifier, context];
    if (specifier.startsWith('/opt/')) {
        const inLayer = layer => [pathToFileURL(path.join(layer, specifier.slice('/opt'.length))).href, context];
        return [...settings.layers.map(inLayer), usual];
    }
    if (/^[./]|^[a-z]+:/i.test(specifier)) return [usual];
    const folders = settings.layers.flatMap(layer => [
        path.join(layer, 'nodejs', `node${settings.version}`),
        path.join(layer, 'nodejs'),
    ]);
    if (isOfTheSdk(specifier)) folders.push(...settings.sdk.map(folder => path.dirname(folder)));
    const beside = folder => [specifier, { ...context, parentURL: pathToFileURL(path.join(folder, 'index.mjs')).href }];
    return [usual, ...folders.map(beside)];
}

let settings;

export function initialize(data) {
    settings = data;
}

export async function resolve(specifier, context, next) {
    let first;
    for (const [tried, where] of attempts(specifier, context, settings)) {
        try {
            return await next(tried, where);
        } catch (error) {
            first ??= error;
        }
    }
    throw first;
}
