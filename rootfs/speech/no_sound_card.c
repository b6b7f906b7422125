/*
 * SPDX-License-Identifier: 0BSD
 * (espeak-ng, which loads this, is under GPL-3.0-or-later.)
 *
 * libpcaudio.so.0 for a box without a sound card. espeak-ng is linked with that library, whose own build would bring
 * PulseAudio, D-Bus and X11 into the box; here it only ever writes to its standard output and plays nothing. Whoever
 * asks for a sound device is told that there is none.
 */
#include <errno.h>
#include <stddef.h>

struct audio_object;

struct audio_object *create_audio_device_object(const char *device, const char *application, const char *description);
int audio_object_open(struct audio_object *object, int format, unsigned rate, unsigned char channels);
void audio_object_close(struct audio_object *object);
void audio_object_destroy(struct audio_object *object);
int audio_object_write(struct audio_object *object, const void *data, size_t bytes);
int audio_object_drain(struct audio_object *object);
int audio_object_flush(struct audio_object *object);
const char *audio_object_strerror(struct audio_object *object, int error);

struct audio_object *create_audio_device_object(const char *device, const char *application, const char *description)
{
	return NULL;
}

int audio_object_open(struct audio_object *object, int format, unsigned rate, unsigned char channels)
{
	return ENODEV;
}

void audio_object_close(struct audio_object *object)
{
}

void audio_object_destroy(struct audio_object *object)
{
}

int audio_object_write(struct audio_object *object, const void *data, size_t bytes)
{
	return ENODEV;
}

int audio_object_drain(struct audio_object *object)
{
	return ENODEV;
}

int audio_object_flush(struct audio_object *object)
{
	return ENODEV;
}

const char *audio_object_strerror(struct audio_object *object, int error)
{
	return "this box has no sound card";
}
