import { html, nothing } from 'lit';
import { openDialog } from './dialogs';
import { clockTime, elapsed } from './format';
import { t } from './i18n';
import { clearTasks, taskTitle, tasks } from './tasks';
import { emptyState, icon, status } from './ui';

export const openTasks = (): void => {
  let follow: () => void = () => undefined;
  const stop = tasks.subscribe(() => follow());
  void openDialog(
    t('task.title'),
    (part) => {
      follow = part.update;
      if (!tasks.value.length) {
        return emptyState({ icon: 'list-checks', title: t('task.empty'), text: t('task.empty-text') });
      }
      return html`<ul class="task-list">
          ${tasks.value.map(
            (task) =>
              html`<li>
                <details ?open=${task.state === 'running'}>
                  <summary>
                    <span class="grow">${taskTitle(task)}</span>
                    ${status(task.state === 'running' ? 'pending' : task.state, t(`task.${task.state}`))}
                  </summary>
                  <ol class="log">
                    ${task.log.map((line) => html`<li><time>${clockTime(line.at)}</time> ${line.text}</li>`)}
                  </ol>
                  <p class="small">
                    ${task.endedAt ? elapsed(Date.parse(task.endedAt) - Date.parse(task.startedAt)) : nothing}
                    ${
                      task.instanceId
                        ? html`<a href="/instances/${task.instanceId}" @click=${() => part.close()}
                            >${t('task.to-instance')}</a
                          >`
                        : nothing
                    }
                  </p>
                </details>
              </li>`,
          )}
        </ul>
        <button class="btn sm" type="button" @click=${clearTasks}>
          ${icon('x', 14)} ${t('task.clear')}
        </button>`;
    },
    { side: true },
  ).then(stop);
};
