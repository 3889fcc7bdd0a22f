/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GENERATED from test/golden/api.schema.json by
 *     npm --prefix test/browser run types
 * Change the schema, and not this file. */

/**
 * 0: done; 7: partly; 9: goes on; anything else: refused, and nothing was changed.
 */
export type StatusCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 18 | 19 | 20
/**
 * statusCode of an answer that has what was asked for.
 */
export type Done = 0
/**
 * Milliseconds since 1970.
 */
export type EpochMs = number
/**
 * 2024-05-06T07:08:09.000+0000
 */
export type Time = string
/**
 * A whole number as a string.
 */
export type WholeNumber = string
export type CallId = string
export type ConnId = string
/**
 * An absolute address.
 */
export type Uri = string
/**
 * An address below /api/v2.
 */
export type Path = string
export type OnOff = 'On' | 'Off'
/**
 * What belongs to media and functions that this server does not have.
 *
 * @maxItems 0
 */
export type Nothing = never[]
export type Role = 'ROLE_AGENT' | 'ROLE_SUPERVISOR' | 'ROLE_ADMIN'
export type AgentStateName = 'Ready' | 'NotReady' | 'LoggedOut'
export type WorkMode = 'AfterCallWork' | 'AuxWork'
export type DeviceCapability =
  | 'ListenIn'
  | 'Coach'
  | 'BargeIn'
  | 'CancelSupervisorMonitoring'
  | 'DoNotDisturbOn'
  | 'DoNotDisturbOff'
  | 'ForwardCallsOn'
  | 'ForwardCallsOff'
export type Monitoring = 'ListenIn' | 'Coach' | 'BargeIn'
export type CallState = 'Dialing' | 'Ringing' | 'Established' | 'Held' | 'Released'
export type CallType = 'Internal' | 'Inbound' | 'Outbound' | 'Consult'
/**
 * An operation that can be posted to the call now.
 */
export type Capability =
  | 'Answer'
  | 'Reject'
  | 'Hangup'
  | 'Hold'
  | 'Retrieve'
  | 'MuteCall'
  | 'UnmuteCall'
  | 'ClearCall'
  | 'SwapCalls'
  | 'SingleStepConference'
  | 'SingleStepTransfer'
  | 'InitiateTransfer'
  | 'CompleteTransfer'
  | 'InitiateConference'
  | 'CompleteConference'
  | 'RemoveParticipantFromConference'
  | 'SendDtmf'
  | 'AttachUserData'
  | 'UpdateUserData'
  | 'DeleteUserData'
  | 'DeleteUserDataPair'
  | 'StartCallRecording'
  | 'PauseCallRecording'
  | 'ResumeCallRecording'
  | 'StopCallRecording'
  | 'SwitchToListenIn'
  | 'SwitchToCoach'
  | 'SwitchToBargeIn'
export type RecordingState = 'Stopped' | 'Recording' | 'Paused'
export type NotificationType =
  | 'StatusChange'
  | 'AttachedDataChanged'
  | 'ParticipantsUpdated'
  | 'DtmfSent'
  | 'CallRecordingStateChange'
  | 'MonitoredUserMutedStateChange'
  | 'Error'
export type ReleaseReason =
  | 'answered-and-hung-up'
  | 'abandoned'
  | 'rejected'
  | 'busy'
  | 'no-answer'
  | 'unreachable'
  | 'transferred'
  | 'conferenced'
  | 'cleared'
  | 'failed'
export type ContactType = 'User' | 'Queue' | 'Custom'
export type SimMode = 'talk' | 'no-talk' | 'refuse' | 'busy'

/**
 * Of each request that reads nothing, and of each that is refused.
 */
export interface Answer {
  statusCode: StatusCode
  /**
   * Why it was refused; absent where it was not.
   */
  statusMessage?: string
}
/**
 * Of StartContactCenterSession, when not all channels could be had.
 */
export interface PartlyAnswer {
  statusCode: 7
  channels: ChannelOutcome[]
}
export interface ChannelOutcome {
  channel: string
  statusCode: StatusCode
  statusMessage?: string
}
/**
 * GET /diagnostics/version, for which nobody has to log in.
 */
export interface VersionAnswer {
  statusCode: Done
  version: string
  /**
   * The agents' password is public; absent elsewhere.
   */
  demo?: true
}
/**
 * GET of a collection without ?fields=.
 */
export interface UrisAnswer {
  statusCode: Done
  /**
   * Of /users.
   */
  totalCount?: number
  uris: Uri[]
}
/**
 * GET of a collection of what this server never has, with ?fields=.
 */
export interface EmptyAnswer {
  statusCode: Done
  chats?: Nothing
  emails?: Nothing
  groups?: Nothing
  interactions?: Nothing
  services?: Nothing
  skills?: Nothing
  workbins?: Nothing
  workitems?: Nothing
}
export interface User {
  id: string
  userName: string
  firstName: string
  lastName: string
  emailAddress: string
  employeeId?: string
  /**
   * @minItems 1
   */
  roles: Role[]
  enabled: true
  changePasswordOnFirstLogin: false
  contactCenterId: string
  uri: Uri
  path: Path
  /**
   * This and what follows: with ?subresources=.
   */
  devices?: Device[]
  /**
   * Of others always empty.
   */
  calls?: Call[]
  channels?: Channel[]
  settings?: UserSettings
  features?: Feature[]
  skills?: Nothing
  interactions?: Nothing
  chats?: Nothing
}
export interface Device {
  id: string
  deviceState: 'Active' | 'Inactive'
  userState: UserState
  phoneNumber: string
  e164Number: string
  telephonyNetwork: 'Private'
  doNotDisturb: OnOff
  /**
   * While calls are forwarded.
   */
  forwardTo?: string
  type: 'ACDPosition'
  capabilities: DeviceCapability[]
  supervisorMonitoringState?: SupervisorMonitoringState
}
/**
 * The state an agent is in.
 */
export interface UserState {
  id: string
  displayName: string
  state: AgentStateName
  workMode?: WorkMode
  reason?: string
}
/**
 * What a supervisor has armed.
 */
export interface SupervisorMonitoringState {
  state: Monitoring
  mode: 'NextCall' | 'AllCalls'
  scope: 'Agent' | 'Call'
  targetDeviceUri: Uri
}
/**
 * A call as one of its users sees it.
 */
export interface Call {
  id: CallId
  state: CallState
  callUuid: CallId
  connId: ConnId
  deviceUri: Uri
  participants: Participant[]
  /**
   * The caller's number, where somebody outside takes part.
   */
  ani?: string
  /**
   * The number that was dialled.
   */
  dnis: string
  callType: CallType
  capabilities: Capability[]
  userData?: UserData
  /**
   * All pairs in order; only where a key is there more than once.
   *
   * @minItems 2
   */
  userDataPairs?: UserDataPair[]
  /**
   * Of a consult call: the call it is about.
   */
  parentCallUri?: Uri
  /**
   * Seconds since this user's first event of the call.
   */
  duration: WholeNumber
  mute: OnOff
  /**
   * Where the device may record, or the call was recorded.
   */
  recordingState?: RecordingState
  /**
   * A silent supervisor hears this user.
   */
  supervisorListeningIn: boolean
  /**
   * The supervisor has silenced the monitored user.
   */
  monitoredUserMuted: boolean
  /**
   * This user is the supervisor.
   */
  monitoring: boolean
  uri: Uri
  path: Path
  parentCallPath?: Path
  /**
   * The call that this one came out of, for who was consulted.
   */
  previousCallUuid?: CallId
}
/**
 * Somebody else on the call.
 */
export interface Participant {
  /**
   * Empty for numbers of the house.
   */
  e164Number: string
  formattedPhoneNumber: string
  phoneNumber: string
  digits: string
}
/**
 * Any keys with any values; of a key that is there several times the newest value.
 */
export interface UserData {
  [k: string]: unknown
}
export interface UserDataPair {
  key: string
  /**
   * Any JSON.
   */
  value: unknown
}
export interface Channel {
  channel: 'voice'
  userState: UserState
  userStateSince: EpochMs
}
/**
 * Empty for other users.
 */
export interface UserSettings {
  'general-settings'?: GeneralSettings
  'interaction-workspace'?: DesktopOptions
}
/**
 * All empty where no country is configured.
 */
export interface GeneralSettings {
  countryCode: string
  countryDigits: string
  countryName: string
}
export interface DesktopOptions {
  /**
   * Where there are dispositions.
   */
  'interaction.disposition.value-business-attribute'?: 'DispositionCode'
}
export interface Feature {
  id: 'api-voice' | 'api-voice-recording' | 'api-supervisor-monitoring'
  displayName: string
  uri: Uri
  path: Path
}
/**
 * GET /me.
 */
export interface MeAnswer {
  statusCode: Done
  user: User
}
/**
 * GET /users/{id}.
 */
export interface UserAnswer {
  statusCode: Done
  user: User
}
/**
 * GET /users with ?fields= or ?subresources=, a page of it.
 */
export interface UsersAnswer {
  statusCode: Done
  totalCount: number
  users: User[]
}
/**
 * A state that an agent can ask for, by its operationName.
 */
export interface AgentState {
  id: string
  operationName: string
  displayName: string
  state: 'Ready' | 'NotReady'
  workMode?: WorkMode
  reason?: string
}
/**
 * GET /settings/agent-states.
 */
export interface AgentStatesAnswer {
  statusCode: Done
  settings: AgentState[]
}
/**
 * GET /me/channels/voice.
 */
export interface ChannelAnswer {
  statusCode: Done
  channel: Channel
}
/**
 * GET /me/channels.
 */
export interface ChannelsAnswer {
  statusCode: Done
  /**
   * Without ?fields=.
   */
  uris?: Uri[]
  channels: Channel[]
}
/**
 * GET /me/devices/{id}.
 */
export interface DeviceAnswer {
  statusCode: Done
  device: Device
}
/**
 * GET /me/devices and /users/{id}/devices, with ?fields=.
 */
export interface DevicesAnswer {
  statusCode: Done
  devices: Device[]
}
/**
 * GET /me/calls/{id}.
 */
export interface CallAnswer {
  statusCode: Done
  call: Call
}
/**
 * GET /me/calls with ?fields=.
 */
export interface CallsAnswer {
  statusCode: Done
  calls: Call[]
}
export interface Extensions {
  /**
   * Seconds of work after the call that the queue gives.
   */
  WrapUpTime?: number
  /**
   * 1 with somebody outside, or through a queue.
   */
  BusinessCall: 0 | 1
  /**
   * Of each Released.
   */
  ReleaseReason?: ReleaseReason
}
/**
 * A notice on /v2/me/calls.
 */
export interface CallMessage {
  notificationType: NotificationType
  call: Call
  /**
   * The user's own.
   */
  phoneNumber: string
  extensions?: Extensions
  messageType: 'CallStateChangeMessage'
  /**
   * This and the next: of Error.
   */
  errorCode?: StatusCode
  errorMessage?: string
}
/**
 * A notice on /v2/me/devices.
 */
export interface DeviceMessage {
  /**
   * @minItems 1
   * @maxItems 1
   */
  devices: Device[]
  messageType: 'DeviceStateChangeMessage'
}
/**
 * The other notice on /v2/me/devices.
 */
export interface ErrorMessage {
  messageType: 'ErrorMessage'
  errorMessage: string
  devicePath: Path
  deviceUri: Uri
}
/**
 * A notice on /v2/me/channels.
 */
export interface ChannelMessage {
  /**
   * @minItems 1
   * @maxItems 1
   */
  channels: Channel[]
  messageType: 'ChannelStateChangeMessageV2'
}
/**
 * The notice on /v2/me/resync: events that are no longer kept, from the first to the last. Read the calls anew.
 */
export interface ResyncMessage {
  messageType: 'ResyncMessage'
  from: number
  to: number
}
export interface ContactNumber {
  phoneNumber: string
  description: string
  switchName: string
}
export interface ContactChannel {
  channel: 'voice'
  /**
   * Ready, registered and without a call.
   */
  available: boolean
  phoneNumber: string
  userActivity: 'Idle' | 'Busy'
  userState: UserState
}
export interface Availability {
  /**
   * @maxItems 1
   */
  channels: ContactChannel[]
}
/**
 * A user, a queue, or another one of the configuration.
 */
export interface Contact {
  id: string
  name: string
  type: ContactType
  uri: Uri
  path: Path
  /**
   * This and what follows until availability: of users.
   */
  userName?: string
  firstName?: string
  lastName?: string
  employeeId?: string
  emailAddress?: string
  /**
   * @minItems 1
   */
  roles?: Role[]
  businessUnits?: Nothing
  availability?: Availability
  /**
   * Of queues and others.
   */
  phoneNumber?: string
  phoneNumbers: ContactNumber[]
}
/**
 * GET /contacts/{id}.
 */
export interface ContactAnswer {
  statusCode: Done
  contact: Contact
}
/**
 * GET /contacts, a page of it.
 */
export interface ContactsAnswer {
  statusCode: Done
  totalCount: number
  contacts: Contact[]
}
export interface Queue {
  id: string
  name: string
  channel: 'voice'
  phoneNumber: string
  uri: Uri
  path: Path
}
/**
 * GET /queues/{id}.
 */
export interface QueueAnswer {
  statusCode: Done
  queue: Queue
}
/**
 * GET /queues with ?fields=.
 */
export interface QueuesAnswer {
  statusCode: Done
  queues: Queue[]
}
export interface Disposition {
  name: string
  displayName: string
}
/**
 * The dispositions; there is no other group.
 */
export interface Group {
  id: string
  name: 'DispositionCode'
  displayName: string
  type: 'dispositions'
  contains: 'dispositions'
  defaultGroup: true
  /**
   * @minItems 1
   */
  dispositions: Disposition[]
  uri: Uri
}
/**
 * GET /groups/{id}.
 */
export interface GroupAnswer {
  statusCode: Done
  group: Group
}
/**
 * GET /groups with ?fields=.
 */
export interface GroupsAnswer {
  statusCode: Done
  /**
   * @maxItems 1
   */
  groups: Group[]
}
/**
 * GET /features/{id}.
 */
export interface FeatureAnswer {
  statusCode: Done
  feature: Feature
}
/**
 * GET /features, /me/features and /system/features, with ?fields=.
 */
export interface FeaturesAnswer {
  statusCode: Done
  features: Feature[]
}
export interface SettingsGroup {
  name: 'general-settings' | 'agent-states' | 'voice' | 'voice-operations' | 'dispositions' | 'interaction-workspace'
  displayName: string
  /**
   * The attribute that tells the group's settings apart; absent: it is one object.
   */
  key?: 'name' | 'operationName'
  uri: Uri
  path: Path
}
/**
 * GET /settings.
 */
export interface SettingsAnswer {
  statusCode: Done
  settings: SettingsGroup[]
}
/**
 * GET /settings/general-settings.
 */
export interface GeneralSettingsAnswer {
  statusCode: Done
  settings: GeneralSettings
}
/**
 * GET /settings/dispositions.
 */
export interface DispositionsAnswer {
  statusCode: Done
  settings: Disposition[]
}
export interface DesktopOption {
  name: 'interaction.disposition.value-business-attribute'
  value: 'DispositionCode'
}
/**
 * GET /settings/interaction-workspace.
 */
export interface DesktopOptionsAnswer {
  statusCode: Done
  /**
   * @maxItems 1
   */
  settings: DesktopOption[]
}
/**
 * GET /settings/voice and /settings/voice-operations.
 */
export interface NoSettingsAnswer {
  statusCode: Done
  settings: Nothing
}
/**
 * GET /me/settings.
 */
export interface UserSettingsAnswer {
  statusCode: Done
  settings: UserSettings
}
export interface BusinessAttribute {
  name: string
  displayName: string
  description: string
  default: boolean
  userProperties: Nothing
  values: BusinessAttribute[]
}
/**
 * GET /internal-api/business-attributes.
 */
export interface BusinessAttributesAnswer {
  statusCode: Done
  /**
   * @maxItems 1
   */
  businessAttributes: BusinessAttribute[]
}
export interface ContactCenter {
  id: string
  name: string
}
/**
 * GET /internal-api/contact-center.
 */
export interface ContactCenterAnswer {
  statusCode: Done
  contactCenter: ContactCenter
}
/**
 * GET /internal-api/transactions.
 */
export interface TransactionsAnswer {
  statusCode: Done
  transactions: Nothing
}
/**
 * GET /internal-api/operations.
 */
export interface OperationsAnswer {
  statusCode: Done
  operations: Nothing
}
/**
 * How a telephone was heard.
 */
export interface Quality {
  packets: number
  lost: number
  jitterMs: number
  mos: number
}
export interface HistoryAgent {
  userName: string
  userId: string
  firstName: string
  lastName: string
}
/**
 * Somebody's part in a call that is over, or a queue's.
 */
export interface HistoryParticipant {
  phoneNumber: string
  formattedPhoneNumber: string
  role: 'Caller' | 'Called' | 'Supervisor'
  userName?: string
  userId?: string
  firstName?: string
  lastName?: string
  queue?: string
  startTime: Time
  answerTime?: Time
  stopTime: Time
  releaseReason: ReleaseReason
  quality?: Quality
}
export interface HistoryDisposition {
  key: string
  /**
   * Any JSON.
   */
  value: unknown
  userName: string
  time: Time
}
export interface HistoryCall {
  id: CallId
  callUuid: CallId
  connId: ConnId
  parentCallUuid?: CallId
  callType: CallType
  ani?: string
  dnis: string
  startTime: Time
  /**
   * This and the next: not while it goes on for others.
   */
  stopTime?: Time
  /**
   * Seconds.
   */
  duration?: WholeNumber
  queue?: string
  agent?: HistoryAgent
  participants: HistoryParticipant[]
  userData?: UserData
  /**
   * @minItems 2
   */
  userDataPairs?: UserDataPair[]
  disposition?: HistoryDisposition
  recordingUri?: Uri
}
/**
 * GET /me/history/calls and /history/calls, a page of it.
 */
export interface HistoryAnswer {
  statusCode: Done
  /**
   * 100000 stands for more.
   */
  totalCount: number
  calls: HistoryCall[]
}
export interface RecordedSpan {
  startTime: Time
  stopTime: Time
}
export interface MediaFile {
  mediaId: string
  mediaUri: Uri
  type: 'audio/wav'
  startTime: Time
  stopTime: Time
  /**
   * Milliseconds.
   */
  duration: WholeNumber
  /**
   * Bytes.
   */
  size: WholeNumber
  callUUID: CallId
}
export interface Recording {
  id: CallId
  callUuid: CallId
  connId: ConnId
  parentCallUuid?: CallId
  callType: CallType
  ani?: string
  dnis: string
  startTime: Time
  stopTime?: Time
  /**
   * Seconds.
   */
  duration?: WholeNumber
  callerPhoneNumber: string
  dialedPhoneNumber: string
  queue?: string
  agent?: HistoryAgent
  participants: HistoryParticipant[]
  userData?: UserData
  /**
   * @minItems 2
   */
  userDataPairs?: UserDataPair[]
  disposition?: HistoryDisposition
  /**
   * Pauses are between.
   *
   * @minItems 1
   * @maxItems 100
   */
  recorded: RecordedSpan[]
  /**
   * @maxItems 1
   */
  mediaFiles: MediaFile[]
  uri: Uri
}
/**
 * GET /me/recordings/{id} and /recordings/{id}.
 */
export interface RecordingAnswer {
  statusCode: Done
  recording: Recording
}
/**
 * GET /me/recordings and /recordings, a page of it.
 */
export interface RecordingsAnswer {
  statusCode: Done
  totalCount: number
  recordings: Recording[]
}
/**
 * A call as the supervisor sees it on an agent's tile.
 */
export interface FloorCall {
  id: CallId
  state: CallState
  callType: CallType
  participants: Participant[]
  dnis: string
  /**
   * The number of the queue that brought it.
   */
  queue?: string
  /**
   * When it came to this state.
   */
  since: EpochMs
  /**
   * When the agent's part began.
   */
  startTime: EpochMs
}
export interface FloorAgent {
  id: string
  userName: string
  firstName: string
  lastName: string
  path: Path
  /**
   * This and the next two: of who has a device.
   */
  phoneNumber?: string
  deviceId?: string
  /**
   * As targetDeviceUri takes it.
   */
  deviceUri?: Uri
  registered: boolean
  doNotDisturb: OnOff
  /**
   * Absent when logged out.
   */
  userState?: UserState
  userStateSince: EpochMs
  /**
   * Their numbers.
   */
  queues: string[]
  /**
   * The supervisor's user name.
   */
  monitoredBy?: string
  calls: FloorCall[]
}
/**
 * A call that waits in a queue.
 */
export interface FloorWaiting {
  id: CallId
  phoneNumber: string
  callType: CallType
  since: EpochMs
}
export interface FloorQueue {
  id: string
  phoneNumber: string
  name: string
  agents: number
  agentsReady: number
  waiting: number
  /**
   * The oldest first.
   *
   * @maxItems 20
   */
  calls: FloorWaiting[]
}
/**
 * GET /floor: all of it, or what changed after the version that was asked for.
 */
export interface Floor {
  statusCode: Done
  version: WholeNumber
  /**
   * What is not in it is not there.
   */
  whole: boolean
  /**
   * The server's.
   */
  time: EpochMs
  agents: FloorAgent[]
  queues: FloorQueue[]
}
/**
 * A call on a simulated telephone.
 */
export interface SimLeg {
  state: 'ringing' | 'dialled' | 'up' | 'held'
  /**
   * Who calls, or the number that was dialled.
   */
  other: string
  /**
   * Outside only.
   */
  trunk?: string
  /**
   * The id of the call; empty for none.
   */
  call: string
  recording: 'on' | 'paused' | 'stopped' | 'none'
  /**
   * The numbers of the telephones that are heard.
   */
  hears: string[]
  tone: 'none' | 'ringback' | 'busy' | 'music'
  /**
   * The digits sent to it, the last 1,000.
   */
  dtmf: string
  /**
   * Why its last transfer was refused; empty: it was not.
   */
  transferRefused: string
}
/**
 * GET /sim/v1/lines/{number}: a device's simulated telephone.
 */
export interface SimLine {
  dn: string
  registered: boolean
  mode: SimMode
  legs: SimLeg[]
}
/**
 * GET /sim/v1/outside/{number}: a telephone beyond the trunks.
 */
export interface SimOutside {
  number: string
  registered: boolean
  mode: SimMode
  legs: SimLeg[]
}
export interface SimClock {
  kind: 'real' | 'manual'
  nowMs: EpochMs
}
/**
 * GET /sim/v1.
 */
export interface SimState {
  statusCode: Done
  clock: SimClock
  /**
   * Their names.
   */
  trunks: string[]
  lineCount: number
}
/**
 * GET /sim/v1/lines, a page of it.
 */
export interface SimLines {
  statusCode: Done
  lines: SimLine[]
  totalCount: number
}
/**
 * GET /sim/v1/outside: the telephones that there are.
 */
export interface SimOutsideAnswer {
  statusCode: Done
  telephones: SimOutside[]
}
