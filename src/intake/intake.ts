// Where conversations come in: visitors, and the rooms they open.

import { IntakeDesk, type IntakeOptions } from './desk.ts'
import { Rooms } from './rooms.ts'
import { Visitors } from './visitors.ts'

export type { Made } from './desk.ts'

export class Intake {
  readonly visitors: Visitors
  readonly rooms: Rooms

  constructor(options: IntakeOptions) {
    const desk = new IntakeDesk(options)
    this.visitors = new Visitors(desk)
    this.rooms = new Rooms(desk)
  }
}
