declare module 'virtual:icons' {
  import type { SVGTemplateResult } from 'lit';
  import type { IconName } from './icon-names';
  export const icons: Record<IconName, SVGTemplateResult>;
}

interface Window {
  /** Answers asked for by the boot script, before this module was loaded. */
  mingaBoot?: {
    site: Promise<Response | undefined>;
    me: Promise<Response | undefined> | undefined;
    guest: boolean;
  };
}
