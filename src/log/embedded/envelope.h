#pragma once
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace leat::log {

/// The small files beside the journal (manifest, checkpoint, sidecar) are one envelope each: magic,
/// version, length, body, CRC-32C of all before it.
std::string wrap(uint32_t magic, ByteView body);

/// The body of an envelope. Errors: corruption (naming `file`), unsupported (a newer version).
Result<ByteView> unwrap(uint32_t magic, ByteView contents, const std::string& file);

inline constexpr uint32_t kManifestMagic = 0x494e464d;    // "MFNI"
inline constexpr uint32_t kCheckpointMagic = 0x544b5043;  // "CPKT"
inline constexpr uint32_t kSidecarMagic = 0x4b445353;     // "SSDK"

}  // namespace leat::log
