import type { DemoEvent, SceneLetter } from './events.ts';
import { makePki, type Pki, serverName } from './pki.ts';
import { scenes } from './scenes/index.ts';
import { type Scene, Stage } from './stage.ts';

/**
 * Plays the scenes one after another and hands over every event as it is known.
 *
 * @returns whether everything ended as it should.
 */
export async function playDemo(
  letters: readonly SceneLetter[],
  emit: (event: DemoEvent) => void,
): Promise<boolean> {
  const started = performance.now();
  const counts = { connections: 0, messages: 0 };
  const counting = (event: DemoEvent): void => {
    if (event.event === 'connection') counts.connections += 1;
    if (event.event === 'message') counts.messages += 1;
    emit(event);
  };
  emit(start);
  const pki = await makePki();
  let holds = true;
  for (const scene of scenes) {
    if (!letters.includes(scene.letter)) continue;
    const good = await playScene(scene, pki, counting);
    holds &&= good;
  }
  emit({ event: 'end', holds, ...counts, milliseconds: performance.now() - started });
  return holds;
}

const start: DemoEvent = {
  event: 'start',
  title: `What happens when a browser opens https://${serverName}/`,
  about:
    'A client and a server of tlsmith talk over real TCP sockets on this machine. All that is shown is taken from what ' +
    'went over them. Names, keys and certificates were made up for this run.',
  legend:
    'In the ladders, bytes are those of the message. A record carries a part of a message, one, or several: “too” marks ' +
    'a message in the same record as the one before. Keys say what protects the record: none, those of the handshake, ' +
    'or those of the application data.',
};

/** The letters that there are. */
export const letters: readonly SceneLetter[] = scenes.map(({ letter }) => letter);

async function playScene(scene: Scene, pki: Pki, emit: (event: DemoEvent) => void): Promise<boolean> {
  const { letter, title, intro } = scene;
  const started = performance.now();
  emit({ event: 'scene', scene: letter, title, intro });
  const stage = new Stage(letter, pki, emit);
  try {
    await scene.play(stage);
  } catch (error) {
    stage.check(`the scene reaches its end: ${String(error)}`, false);
  }
  const milliseconds = performance.now() - started;
  emit({ event: 'scene-end', scene: letter, holds: stage.holds, milliseconds });
  return stage.holds;
}
