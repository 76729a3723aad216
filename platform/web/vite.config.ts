import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { iconNames } from './src/icon-names.ts';

const ICONS = 'virtual:icons';

/** Turns the listed Lucide drawings into one module of Lit templates, so that no icon is fetched. */
function lucide(): Plugin {
  const root = dirname(createRequire(import.meta.url).resolve('lucide-static/package.json'));
  return {
    name: 'minga-icons',
    resolveId: (id) => (id === ICONS ? '\0' + ICONS : undefined),
    load(id) {
      if (id !== '\0' + ICONS) return undefined;
      const entries = iconNames.map((name) => {
        const file = readFileSync(join(root, 'icons', `${name}.svg`), 'utf8');
        const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(file)?.[1]?.replace(/\s+/g, ' ').trim();
        if (!inner) throw new Error(`no drawing in icon ${name}`);
        return `${JSON.stringify(name)}: svg\`${inner}\``;
      });
      return `import { svg } from 'lit';\nexport const icons = {${entries.join(',\n')}};`;
    },
  };
}

/**
 * Writes the addresses of lazily loaded chunks into the boot script's tag: it can then ask for the
 * catalogue of the visitor's language and the page's module while the main module is still loading.
 */
function chunkHints(): Plugin {
  return {
    name: 'minga-chunk-hints',
    enforce: 'post',
    transformIndexHtml: {
      order: 'post',
      handler(html, context) {
        const hints: Record<string, string> = {};
        for (const chunk of Object.values(context.bundle ?? {})) {
          if (chunk.type !== 'chunk' || !chunk.facadeModuleId) continue;
          const found = /\/src\/(i18n|pages|admin)\/([\w-]+)\.(?:json|ts)$/.exec(chunk.facadeModuleId);
          if (found && chunk.isDynamicEntry) hints[`${found[1]}/${found[2]}`] = '/' + chunk.fileName;
        }
        const value = JSON.stringify(hints).replaceAll('"', '&quot;');
        return html.replace('data-chunks="{}"', `data-chunks="${value}"`);
      },
    },
  };
}

export default defineConfig({
  plugins: [lucide(), chunkHints()],
  build: {
    target: 'es2022',
    assetsDir: 'assets',
    cssCodeSplit: true,
    manifest: 'manifest.json',
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 500,
  },
});
