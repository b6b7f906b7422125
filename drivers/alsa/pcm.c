/* ALSA's PCM streams: 16 bit, the card's own rate, one channel or both alike. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <alsa/asoundlib.h>

#include "base/log.h"
#include "base/text.h"
#include "drivers/alsa/device.h"

#define PERIOD_US    10000u
#define CHANNELS_MAX 8
#define FRAMES_MAX   4096

struct stream {
	snd_pcm_t *pcm;
	unsigned channels;
};

struct device {
	struct stream play, capture;
	int16_t frames[FRAMES_MAX * CHANNELS_MAX];
};

/* ALSA's own sentences are about its configuration files: for the log alone. */
static void quiet(const char *file, int line, const char *function, int error, const char *format, ...)
{
}

static int set_hardware(struct stream *stream, uint32_t *rate_hz)
{
	unsigned buffer_us = DEVICE_BUFFER_MS * 1000, period_us = PERIOD_US, rate = *rate_hz;
	snd_pcm_hw_params_t *hw;
	int error;

	snd_pcm_hw_params_alloca(&hw);
	if ((error = snd_pcm_hw_params_any(stream->pcm, hw)) < 0 ||
	    (error = snd_pcm_hw_params_set_rate_resample(stream->pcm, hw, 0)) < 0 ||
	    (error = snd_pcm_hw_params_set_access(stream->pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED)) < 0 ||
	    (error = snd_pcm_hw_params_set_format(stream->pcm, hw, SND_PCM_FORMAT_S16)) < 0)
		return error;
	stream->channels = 1;
	if ((error = snd_pcm_hw_params_set_channels_near(stream->pcm, hw, &stream->channels)) < 0 ||
	    (error = snd_pcm_hw_params_set_rate_near(stream->pcm, hw, &rate, NULL)) < 0 ||
	    (error = snd_pcm_hw_params_set_period_time_near(stream->pcm, hw, &period_us, NULL)) < 0 ||
	    (error = snd_pcm_hw_params_set_buffer_time_near(stream->pcm, hw, &buffer_us, NULL)) < 0 ||
	    (error = snd_pcm_hw_params(stream->pcm, hw)) < 0)
		return error;
	*rate_hz = rate;
	return stream->channels <= CHANNELS_MAX ? 0 : -ENOTSUP;
}

static int set_software(struct stream *stream)
{
	snd_pcm_sw_params_t *sw;
	int error;

	snd_pcm_sw_params_alloca(&sw);
	if ((error = snd_pcm_sw_params_current(stream->pcm, sw)) < 0 ||
	    (error = snd_pcm_sw_params_set_start_threshold(stream->pcm, sw, 1)) < 0)
		return error;
	return snd_pcm_sw_params(stream->pcm, sw);
}

static void close_stream(struct stream *stream)
{
	if (stream->pcm)
		snd_pcm_close(stream->pcm);
	stream->pcm = NULL;
}

static int open_stream(struct stream *stream, const struct sound_card *card, snd_pcm_stream_t way, uint32_t *rate_hz)
{
	int error = snd_pcm_open(&stream->pcm, card->device, way, SND_PCM_NONBLOCK);

	if (error < 0) {
		stream->pcm = NULL;
		return error;
	}
	error = set_hardware(stream, rate_hz);
	if (error >= 0)
		error = set_software(stream);
	if (error >= 0 && way == SND_PCM_STREAM_CAPTURE)
		error = snd_pcm_start(stream->pcm);
	if (error < 0)
		close_stream(stream);
	return error;
}

static const char *reason(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return "there is no such card";
	case -EBUSY:
		return "another program has it";
	case -EINVAL:
		return "it has no 16-bit sound at such a rate (plughw: instead of hw: may do)";
	default:
		return strerrordesc_np(-error);
	}
}

static void alsa_close(struct device *device)
{
	if (!device)
		return;
	close_stream(&device->play);
	close_stream(&device->capture);
	free(device);
}

static int alsa_open(struct device **out, const struct sound_card *card, struct device_facts *facts,
                     struct fault *fault)
{
	struct device *device = calloc(1, sizeof(*device));
	uint32_t play_hz = card->rate_hz, capture_hz;
	int play, capture;

	if (!device)
		return fault_set(fault, -ENOMEM, "no memory left");
	snd_lib_error_set_handler(quiet);
	play = open_stream(&device->play, card, SND_PCM_STREAM_PLAYBACK, &play_hz);
	capture_hz = play < 0 ? card->rate_hz : play_hz;
	capture = open_stream(&device->capture, card, SND_PCM_STREAM_CAPTURE, &capture_hz);
	if (play >= 0 && capture >= 0 && capture_hz != play_hz)
		close_stream(&device->capture); /* one clock is followed, not two */
	if (play < 0 && capture < 0) {
		alsa_close(device);
		return fault_set(fault, play, "%s", reason(play));
	}
	facts->plays = device->play.pcm != NULL;
	facts->captures = device->capture.pcm != NULL;
	facts->rate_hz = facts->plays ? play_hz : capture_hz;
	*out = device;
	return 0;
}

/* Ran dry, or was put to sleep: made ready again, which the caller is told. Anything else is the end. */
static int recover(struct stream *stream, int error, bool capture)
{
	if (error != -EPIPE && error != -ESTRPIPE)
		return error;
	if (snd_pcm_prepare(stream->pcm) < 0 || (capture && snd_pcm_start(stream->pcm) < 0))
		return -ENODEV;
	return -EPIPE;
}

static int alsa_delay(struct device *device, int32_t *frames)
{
	snd_pcm_sframes_t delay = 0;
	int error;

	if (snd_pcm_state(device->play.pcm) == SND_PCM_STATE_PREPARED) { /* nothing written yet */
		*frames = 0;
		return 0;
	}
	error = (int)snd_pcm_avail_update(device->play.pcm);
	if (error >= 0)
		error = snd_pcm_delay(device->play.pcm, &delay);
	if (error < 0)
		return recover(&device->play, error, false);
	*frames = (int32_t)delay;
	return 0;
}

static int alsa_write(struct device *device, const int16_t *samples, size_t count)
{
	unsigned channels = device->play.channels;
	snd_pcm_sframes_t done;

	if (count > FRAMES_MAX)
		count = FRAMES_MAX;
	for (size_t i = 0; i < count; i++)
		for (unsigned c = 0; c < channels; c++)
			device->frames[i * channels + c] = samples[i];
	done = snd_pcm_writei(device->play.pcm, device->frames, count);
	if (done == -EAGAIN)
		return 0;
	return done < 0 ? recover(&device->play, (int)done, false) : (int)done;
}

/* The mean of all channels: a line has its sound on both, or on the left alone. */
static int alsa_read(struct device *device, int16_t *samples, size_t room)
{
	unsigned channels = device->capture.channels;
	snd_pcm_sframes_t done;

	if (room > FRAMES_MAX)
		room = FRAMES_MAX;
	done = snd_pcm_readi(device->capture.pcm, device->frames, room);
	if (done == -EAGAIN)
		return 0;
	if (done < 0)
		return recover(&device->capture, (int)done, true);
	for (snd_pcm_sframes_t i = 0; i < done; i++) {
		int32_t sum = 0;
		for (unsigned c = 0; c < channels; c++)
			sum += device->frames[(size_t)i * channels + c];
		samples[i] = (int16_t)(sum / (int32_t)channels);
	}
	return (int)done;
}

const struct device_ops device_alsa = {
    .open = alsa_open, .close = alsa_close, .delay = alsa_delay, .write = alsa_write, .read = alsa_read};
