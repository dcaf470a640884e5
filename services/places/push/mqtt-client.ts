import mqtt, { type MqttClient } from 'mqtt'
import { isLoopback } from '../../domain/station-push.ts'

/** Where the instance's broker is. */
export interface MqttConfig {
  /** mqtt://, mqtts://, ws:// or wss://. */
  url: string
  username?: string | undefined
  password?: string | undefined
  /** First level of every topic. */
  prefix: string
  /** Refuse any broker that is not on this machine. */
  loopbackOnly: boolean
}

export interface MqttMessage {
  topic: string
  payload: Buffer
  /** What the broker had kept from before, not news. */
  retained: boolean
}

/** A connection to the broker that comes back by itself. */
export interface MqttLink {
  connected(): boolean
  /** Resolves when the broker has it (QoS 1). @throws when it cannot be had for so long */
  publish(topic: string, payload: string, options: { retain: boolean; expirySeconds?: number }): Promise<void>
  close(): Promise<void>
}

const publishMs = 20_000
/** What devices said while we were away is kept by the broker for so long. */
const sessionSeconds = 7 * 86_400
const largestPacket = 1_000_000

/**
 * Connects with MQTT 5. The session outlives the connection, so receipts that come while Loa restarts are not lost, and a
 * message is acknowledged only when `onMessage` has resolved.
 * @param clientId the same after every restart, another for every instance
 * @param topics subscribed with QoS 1
 * @param onMessage must not reject for what cannot be mended by trying again
 */
export function openMqtt(
  config: MqttConfig,
  clientId: string,
  topics: string[],
  hooks: { onMessage(message: MqttMessage): Promise<void>; onConnect(): void; onTrouble(code: string): void },
): MqttLink {
  const plain = config.url.replace(/^(mqtt|ws)(s?):/, 'http$2:')
  if (config.loopbackOnly && !isLoopback(plain))
    throw new Error('LOA_STATION_MQTT_LOOPBACK_ONLY: the broker is outside')
  const client: MqttClient = mqtt.connect(config.url, {
    protocolVersion: 5,
    clientId,
    clean: false,
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    reconnectPeriod: 1_000,
    connectTimeout: 10_000,
    // What cannot be published now is published from the database later.
    queueQoSZero: false,
    properties: { sessionExpiryInterval: sessionSeconds, maximumPacketSize: largestPacket },
  })
  client.handleMessage = (packet, done) => {
    const payload = Buffer.from(packet.payload)
    hooks.onMessage({ topic: packet.topic, payload, retained: packet.retain }).then(
      () => done(),
      error => done(error instanceof Error ? error : new Error(String(error))),
    )
  }
  client.on('connect', () => {
    client
      .subscribeAsync(topics, { qos: 1 })
      .then(granted => {
        if (granted.some(g => g.qos > 2)) hooks.onTrouble('subscription-refused')
        hooks.onConnect()
      })
      .catch(() => hooks.onTrouble('subscription-refused'))
  })
  client.on('error', error => hooks.onTrouble('code' in error ? `mqtt-${String(error.code)}` : 'mqtt-error'))
  return {
    connected: () => client.connected,
    async publish(topic, payload, { retain, expirySeconds }) {
      if (!client.connected) throw new Error('the broker is away')
      const sent = client.publishAsync(topic, payload, {
        qos: 1,
        retain,
        ...(expirySeconds !== undefined && {
          properties: { messageExpiryInterval: Math.max(1, Math.floor(expirySeconds)) },
        }),
      })
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('the broker does not acknowledge')), publishMs)
      })
      await Promise.race([sent, late]).finally(() => clearTimeout(timer))
    },
    close: () => client.endAsync(),
  }
}
